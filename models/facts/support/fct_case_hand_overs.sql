with
closings as (
    select * from {{ ref('casemart', 'fct_case_closings') }}
),

-- At the very instant of the first closing it came before it.
counted as (
    select
        events.case_id,
        {{ casemart.count_where("events.event_type = 'escalated'") }} as escalations,
        {{ casemart.count_where("events.event_type = 'transferred'") }} as transfers
    from {{ ref('casemart', 'fct_case_events') }} as events
    inner join closings on events.case_id = closings.case_id
    where events.event_type in ('escalated', 'transferred') and events.occurred_at <= closings.first_closed_at
    group by events.case_id
)

select
    closings.case_id,
    closings.first_closed_at,
    closings.first_closed_on,
    coalesce(counted.escalations, 0) > 0 as is_escalated,
    coalesce(counted.escalations, 0) as escalations,
    coalesce(counted.transfers, 0) > 0 as is_transferred,
    coalesce(counted.transfers, 0) as transfers,
    escalations.escalated_at,
    coalesce(escalations.sent_back_state, 'not_escalated') as sent_back_state,
    case escalations.sent_back_state when 'sent_back' then true when 'not_sent_back' then false end as is_sent_back,
    escalations.minutes_to_escalation,
    escalations.minutes_escalation_to_resolution,
    closings.product,
    closings.queue,
    closings.channel,
    closings.delivery_model,
    closings.priority,
    closings.case_type,
    closings.topic,
    closings.team,
    closings.site,
    closings.shift,
    closings.account_segment,
    closings.region
from closings
left join counted on closings.case_id = counted.case_id
left join {{ ref('casemart', 'fct_case_escalations') }} as escalations on closings.case_id = escalations.case_id
