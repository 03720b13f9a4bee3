with
events as (
    select * from {{ ref('casemart', 'stg_case_events') }}
    where {{ casemart.is_known('occurred_at') }}
),

cases as (
    select case_id from {{ ref('casemart', 'stg_cases') }}
)

select
    events.event_id,
    events.case_id,
    events.occurred_at,
    {{ casemart.local_day('events.occurred_at') }} as occurred_on,
    events.event_type,
    events.agent_id,
    events.team,
    events.reason,
    cases.case_id is null as is_orphan,
    -- Order of what happened to a case at one instant; interactions are 2 (the initial one) and 4 (the others).
    case
        when events.event_type in ('transferred', 'escalated') then 1
        when events.event_type in ('resolution_confirmed', 'no_further_action') then 3
        when events.event_type = 'reopened' then 5
        when events.event_type = 'closed' then 6
        else 0
    end as tie_order
from events
left join cases on events.case_id = cases.case_id
