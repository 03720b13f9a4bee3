-- By what, and on which days, support heard from an account. Whatever support itself sends or suffers (invitations, outbound
-- messages, outages, abandoned attempts) is no hearing.
with
cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted
),

self_help_events as (
    select
        session_id,
        event_id,
        account_id,
        occurred_at,
        {{ casemart.local_day('occurred_at') }} as occurred_on
    from {{ ref('casemart', 'stg_self_help_events') }}
    where {{ casemart.is_known('occurred_at') }}
),

-- The account of a session on one of its days: the last one known on that day.
session_days as (
    select
        session_id,
        occurred_on,
        account_id,
        row_number() over (
            partition by session_id, occurred_on
            order by case when account_id is null then 1 else 0 end, occurred_at desc, event_id desc
        ) as event_number
    from self_help_events
),

dated_sessions as (
    select
        session_id,
        occurred_on,
        account_id,
        min(occurred_on) over (partition by session_id) as session_on,
        min(case when account_id is not null then occurred_on end) over (partition by session_id) as identified_on
    from session_days
    where event_number = 1
),

heard as (
    select
        account_id,
        opened_on as contacted_on,
        'case_opened' as contact_kind
    from cases

    union all

    -- A contact that came before the case was opened is known with its opening.
    select
        cases.account_id,
        greatest(interactions.occurred_on, cases.opened_on) as contacted_on,
        'case_inbound' as contact_kind
    from {{ ref('casemart', 'fct_interactions') }} as interactions
    inner join cases on interactions.case_id = cases.case_id
    where interactions.direction = 'inbound' and interactions.kind in ('live_conversation', 'message', 'voicemail')

    union all

    -- A session counts on its first day; one whose visitor is known only on a later day counts for the account on that day.
    select
        account_id,
        occurred_on as contacted_on,
        'self_help_session' as contact_kind
    from dated_sessions
    where occurred_on = session_on or occurred_on = identified_on

    union all

    select
        account_id,
        {{ casemart.local_day('posted_at') }} as contacted_on,
        'community_post' as contact_kind
    from {{ ref('casemart', 'stg_community_posts') }}
    where author_role in ('customer', 'champion') and {{ casemart.is_known('posted_at') }}

    union all

    select
        account_id,
        responded_on as contacted_on,
        'survey_answer' as contact_kind
    from {{ ref('casemart', 'fct_survey_responses') }}
    where answer_state = 'counted'

    union all

    select
        account_id,
        {{ casemart.local_day('occurred_at') }} as contacted_on,
        'engagement' as contact_kind
    from {{ ref('casemart', 'stg_engagements') }}
    where {{ casemart.is_known('occurred_at') }}
)

select
    account_id,
    contacted_on,
    cast(contact_kind as {{ casemart.type_of('string') }}) as contact_kind,
    cast(count(*) as bigint) as contacts
from heard
group by account_id, contacted_on, contact_kind
