with
closed_cases as (
    select
        case_id,
        first_closed_at,
        first_closed_on
    from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted and first_closed_at is not null
),

-- A reopening at the instant of the closing came before it.
reopenings as (
    select
        closed_cases.case_id,
        min(events.occurred_at) as reopened_at
    from closed_cases
    inner join {{ ref('casemart', 'fct_case_events') }} as events on closed_cases.case_id = events.case_id
    where events.event_type = 'reopened' and events.occurred_at > closed_cases.first_closed_at
    group by closed_cases.case_id
),

dated as (
    select
        closed_cases.case_id,
        closed_cases.first_closed_on,
        reopenings.reopened_at,
        {{ casemart.local_day('reopenings.reopened_at') }} as reopened_on,
        {{ casemart.is_settled('closed_cases.first_closed_on', var('casemart_reopen_window_days')) }} as is_settled
    from closed_cases
    left join reopenings on closed_cases.case_id = reopenings.case_id
),

-- The window decides, and only once it has run out: else young periods would show the quick reopenings only.
judged as (
    select
        *,
        case
            when not is_settled then 'undetermined'
            when {{ casemart.days_between('first_closed_on', 'reopened_on') }} <= {{ var('casemart_reopen_window_days') }} then 'reopened'
            when reopened_at is not null then 'late'
            else 'not_reopened'
        end as reopening_state
    from dated
)

select
    case_id,
    first_closed_on,
    reopened_at,
    reopened_on,
    reopening_state,
    case when reopening_state <> 'undetermined' then reopening_state = 'reopened' end as is_reopened,
    reopening_state = 'undetermined' and reopened_at is not null as is_reopened_so_far
from judged
