with
cases as (
    select
        openings.*,
        landed.source_thread_id
    from {{ ref('casemart', 'fct_case_openings') }} as openings
    inner join {{ ref('casemart', 'stg_cases') }} as landed on openings.case_id = landed.case_id
    where landed.source_thread_id is not null
),

threads as (
    select * from {{ ref('casemart', 'fct_community_posts') }}
    where is_opening
)

select
    cases.case_id,
    cases.source_thread_id as thread_id,
    threads.thread_id is not null as is_thread_known,
    cases.account_id,
    cases.opened_at,
    cases.opened_on,
    threads.posted_on as thread_opened_on,
    -- A case that is older than its thread does not come from it; a later one, only within the window of the thread.
    cases.opened_at >= threads.posted_at
    and {{ casemart.days_between('threads.posted_on', 'cases.opened_on') }} <= {{ var('casemart_community_settlement_days') }}
        as is_escalation
from cases
left join threads on cases.source_thread_id = threads.thread_id
