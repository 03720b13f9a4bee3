with
interactions as (
    select * from {{ ref('casemart', 'stg_interactions') }}
    where {{ casemart.is_known('occurred_at') }}
),

cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

agents as (
    select * from {{ ref('casemart', 'dim_agents') }}
),

-- A live conversation, or an outbound message or voicemail, with an agent. Whatever is internal or automatic never is;
-- a mere acknowledgement is contact that was handled, but no answer.
joined as (
    select
        interactions.*,
        cases.case_id is null as is_orphan,
        coalesce(cases.is_counted, false) as is_of_counted_case,
        cases.delivery_model,
        agents.team,
        agents.site,
        agents.shift,
        agents.agent_id is not null as is_agent_known,
        coalesce(agents.is_qualified, false) as is_by_qualified_agent,
        interactions.agent_id is not null
        and interactions.direction <> 'internal'
        and (
            interactions.kind = 'live_conversation'
            or (interactions.kind in ('message', 'voicemail') and interactions.direction = 'outbound')
        ) as is_handled_contact
    from interactions
    left join cases on interactions.case_id = cases.case_id
    left join agents
        on
            interactions.agent_id = agents.agent_id
            and interactions.occurred_at >= agents.valid_from_at
            and interactions.occurred_at < agents.valid_to_at
),

classified as (
    select
        *,
        is_handled_contact and coalesce(response_kind, 'unknown') <> 'acknowledgement' as is_agent_interaction,
        -- Why the interaction can, or cannot, be the initial one under the delivery model of its case.
        case
            when is_orphan then 'orphan'
            when direction = 'internal' or kind = 'internal_note' then 'internal'
            when kind = 'automatic_reply' then 'automatic_reply'
            when direction = 'inbound' and kind <> 'live_conversation' then 'inbound'
            when agent_id is null then 'no_agent'
            when response_kind = 'acknowledgement' then 'acknowledgement'
            when not is_agent_known then 'agent_unknown'
            when not is_by_qualified_agent then 'agent_not_qualified'
            when kind = 'live_conversation' then 'qualifies'
            when kind = 'message' and delivery_model = 'front_line_triage' then 'qualifies'
            when kind = 'voicemail' or delivery_model in ('call_back', 'direct') then 'message_left'
            when delivery_model = 'electronic' and response_kind in ('recommended_answer', 'information_request') then 'qualifies'
            when delivery_model = 'electronic' and response_kind is null then 'qualifies'
            else 'response_does_not_answer'
        end as qualification,
        case
            when talk_seconds is not null then 'measured'
            when kind = 'live_conversation' and ended_at is not null then 'derived'
            else 'missing'
        end as handle_state
    from joined
)

select
    interaction_id,
    case_id,
    occurred_at,
    {{ casemart.local_day('occurred_at') }} as occurred_on,
    channel,
    direction,
    kind,
    agent_id,
    team,
    site,
    shift,
    response_kind,
    is_orphan,
    is_of_counted_case,
    is_handled_contact,
    is_agent_interaction,
    is_by_qualified_agent,
    is_agent_known as is_qualification_known,
    qualification = 'qualifies' as is_qualifying,
    qualification,
    case when kind = 'message' and qualification = 'qualifies' then response_kind is not null else true end as is_response_kind_known,
    talk_seconds,
    hold_seconds,
    wrap_seconds,
    handle_state,
    cast(
        case handle_state
            when 'measured' then talk_seconds + coalesce(hold_seconds, 0) + coalesce(wrap_seconds, 0)
            -- An end before the beginning stays below zero, whatever the wrap: it is no time, and a finding.
            when 'derived'
                then
                    {{ casemart.seconds_between('occurred_at', 'ended_at') }}
                    + case when ended_at >= occurred_at then coalesce(wrap_seconds, 0) else 0 end
        end as bigint
    ) as handle_seconds,
    4 as tie_order
from classified
