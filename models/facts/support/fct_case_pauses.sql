-- The customer is waited for from `pending_customer` until the work goes on or the customer is heard of, strictly later. Another
-- `pending_customer` in between changes nothing.
with
cases as (
    select case_id from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted
),

requests as (
    select
        events.case_id,
        events.occurred_at as paused_at
    from {{ ref('casemart', 'fct_case_events') }} as events
    inner join cases on events.case_id = cases.case_id
    where events.event_type = 'pending_customer'
),

answers as (
    select
        case_id,
        occurred_at as resumed_at
    from {{ ref('casemart', 'fct_case_events') }}
    where event_type = 'resumed'

    union all

    select
        case_id,
        occurred_at as resumed_at
    from {{ ref('casemart', 'fct_interactions') }}
    where direction = 'inbound' and kind in ('live_conversation', 'message', 'voicemail')
),

answered as (
    select
        requests.case_id,
        requests.paused_at,
        min(answers.resumed_at) as resumed_at
    from requests
    left join answers on requests.case_id = answers.case_id and requests.paused_at < answers.resumed_at
    group by requests.case_id, requests.paused_at
)

select
    case_id,
    min(paused_at) as paused_at,
    resumed_at
from answered
group by case_id, resumed_at
