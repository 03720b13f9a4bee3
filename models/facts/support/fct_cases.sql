with
cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

first_contacts as (
    select * from {{ ref('casemart', 'fct_first_contacts') }}
),

outcomes as (
    select * from {{ ref('casemart', 'fct_first_contact_outcomes') }}
),

repeats as (
    select * from {{ ref('casemart', 'fct_first_contact_repeats') }}
),

evidence as (
    select
        case_id,
        sum(case when is_late then 1 else 0 end) as late_evidence,
        sum(case when evidence = 'further_contact' and not is_late then 1 else 0 end) as further_agent_interactions,
        count(case when evidence = 'further_contact' and not is_late then handle_seconds end) as further_timed_interactions,
        sum(case when evidence = 'further_contact' and not is_late then handle_seconds end) as further_handle_seconds
    from {{ ref('casemart', 'fct_first_contact_evidence') }}
    group by case_id
),

-- What contact went on after the first: with first contact within the settlement, without it up to the first closing.
further as (
    select
        first_contacts.case_id,
        case
            when first_contacts.initial_interaction_id is not null then coalesce(evidence.further_agent_interactions, 0)
            else greatest(first_contacts.agent_interactions_to_first_closing - 1, 0)
        end as agent_interactions,
        case
            when first_contacts.initial_interaction_id is not null then coalesce(evidence.further_timed_interactions, 0)
            else first_contacts.further_timed_interactions_to_first_closing
        end as timed_interactions,
        case
            when first_contacts.initial_interaction_id is not null then evidence.further_handle_seconds
            else first_contacts.further_handle_seconds_to_first_closing
        end as handle_seconds
    from first_contacts
    left join evidence on first_contacts.case_id = evidence.case_id
),

agent_interactions as (
    select
        case_id,
        count(*) as agent_interactions
    from {{ ref('casemart', 'fct_interactions') }}
    where is_agent_interaction
    group by case_id
),

-- Attributes are those of the dating moment; a case that still awaits first contact is read at the end of the as-of day.
-- An agent interaction that came after the settlement of the dating day gives no team: it would change a finished period.
dated as (
    select
        cases.case_id,
        coalesce(outcomes.fcr_at, as_of.as_of_end_at - interval '1 second') as dated_at,
        coalesce(
            case
                when
                    {{ casemart.days_between('coalesce(outcomes.fcr_on, as_of.as_of)', 'first_contacts.initial_interaction_on') }}
                    <= {{ var('casemart_fcr_settlement_days') }}
                    then first_contacts.initial_interaction_id
            end,
            case
                when
                    {{ casemart.days_between('coalesce(outcomes.fcr_on, as_of.as_of)', 'first_interaction.occurred_on') }}
                    <= {{ var('casemart_fcr_settlement_days') }}
                    then first_interaction.interaction_id
            end
        ) as agent_interaction_id
    from cases
    inner join first_contacts on cases.case_id = first_contacts.case_id
    inner join outcomes on cases.case_id = outcomes.case_id
    cross join {{ ref('casemart', 'dim_as_of') }} as as_of
    left join {{ ref('casemart', 'fct_interactions') }} as first_interaction
        on first_contacts.first_agent_interaction_id = first_interaction.interaction_id
),

segmented as (
    {{ casemart.with_case_segments('dated') }}
),

case_types as (
    select * from {{ ref('casemart', 'case_types') }}
),

flagged as (
    select
        outcomes.case_id,
        case
            when outcomes.fcr_status = 'resolved' then true
            when outcomes.fcr_status in ('not_resolved', 'pending') then false
        end as is_first_contact_resolved,
        case
            when outcomes.fcr_status in ('resolved', 'pending') then true
            when outcomes.fcr_status = 'not_resolved' then false
        end as is_first_contact_resolved_upper,
        case
            when outcomes.fcr_status in ('not_resolved', 'pending') then outcomes.fcr_status
            else repeats.no_repeat_state
        end as no_repeat_state,
        repeats.repeat_case_id
    from outcomes
    left join repeats on outcomes.case_id = repeats.case_id
)

select
    cases.case_id,
    cases.account_id,
    cases.contact_id,
    segmented.product,
    segmented.queue,
    segmented.channel,
    segmented.delivery_model,
    segmented.team,
    segmented.site,
    segmented.shift,
    segmented.priority,
    segmented.case_type,
    segmented.topic,
    segmented.account_segment,
    segmented.region,
    cases.process,
    cases.opened_at,
    cases.opened_on,
    cases.first_closed_at,
    cases.first_closed_on,
    cases.is_closed,
    cases.is_counted,
    first_contacts.initial_interaction_id,
    first_contacts.initial_interaction_at,
    first_contacts.initial_interaction_on,
    first_contacts.initial_agent_id,
    first_contacts.is_qualification_known,
    first_contacts.is_response_kind_known,
    outcomes.acknowledgement_id,
    outcomes.acknowledged_at,
    outcomes.acknowledged_on,
    outcomes.acknowledgement,
    outcomes.fcr_status,
    outcomes.fcr_reason,
    outcomes.fcr_on,
    outcomes.deciding_id,
    outcomes.deciding_at,
    flagged.is_first_contact_resolved,
    flagged.is_first_contact_resolved_upper,
    case when coalesce(case_types.is_resolvable_at_first_contact, true) then flagged.is_first_contact_resolved end as is_net_first_contact_resolved,
    case
        when flagged.no_repeat_state = 'resolved' then true
        when flagged.no_repeat_state in ('not_resolved', 'pending', 'repeated') then false
    end as is_first_contact_resolved_no_repeat,
    flagged.no_repeat_state,
    flagged.repeat_case_id,
    coalesce(agent_interactions.agent_interactions, 0) as agent_interactions,
    cast(further.agent_interactions as bigint) as further_agent_interactions,
    cast(further.timed_interactions as bigint) as further_timed_interactions,
    cast(case when further.agent_interactions = 0 then 0 else further.handle_seconds end as bigint) as further_handle_seconds,
    cast(coalesce(evidence.late_evidence, 0) as bigint) as late_evidence
from cases
inner join first_contacts on cases.case_id = first_contacts.case_id
inner join outcomes on cases.case_id = outcomes.case_id
inner join segmented on cases.case_id = segmented.case_id
inner join flagged on cases.case_id = flagged.case_id
inner join further on cases.case_id = further.case_id
left join case_types on cases.case_type = case_types.case_type
left join evidence on cases.case_id = evidence.case_id
left join agent_interactions on cases.case_id = agent_interactions.case_id
