with
cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

-- What happened up to the first closing decides who made first contact; interactions at its very instant came before it.
-- Where the closing has no date, the settlement after the opening takes its place.
contacts as (
    select interactions.*
    from {{ ref('casemart', 'fct_interactions') }} as interactions
    inner join cases on interactions.case_id = cases.case_id
    where
        interactions.is_agent_interaction
        and (cases.first_closed_at is null or interactions.occurred_at <= cases.first_closed_at)
        and (
            not cases.is_closed_undated
            or {{ casemart.days_between('cases.opened_on', 'interactions.occurred_on') }} <= {{ var('casemart_fcr_settlement_days') }}
        )
),

contact_counts as (
    select
        case_id,
        count(*) as agent_interactions,
        max(case when is_by_qualified_agent then 1 else 0 end) = 1 as has_qualified_agent,
        min(occurred_at) as first_agent_interaction_at,
        min(case when is_qualifying then occurred_at end) as initial_interaction_at
    from contacts
    group by case_id
),

-- Of several at one instant, the lowest id.
first_agent_interactions as (
    select
        contacts.case_id,
        min(contacts.interaction_id) as first_agent_interaction_id
    from contacts
    inner join contact_counts
        on contacts.case_id = contact_counts.case_id and contacts.occurred_at = contact_counts.first_agent_interaction_at
    group by contacts.case_id
),

initial_interactions as (
    select
        contacts.case_id,
        min(contacts.interaction_id) as initial_interaction_id
    from contacts
    inner join contact_counts
        on contacts.case_id = contact_counts.case_id and contacts.occurred_at = contact_counts.initial_interaction_at
    where contacts.is_qualifying
    group by contacts.case_id
),

further_contacts as (
    select
        contacts.case_id,
        count(contacts.handle_seconds) as timed_interactions,
        sum(contacts.handle_seconds) as handle_seconds
    from contacts
    inner join first_agent_interactions on contacts.case_id = first_agent_interactions.case_id
    where contacts.interaction_id <> first_agent_interactions.first_agent_interaction_id
    group by contacts.case_id
),

unknown_agents as (
    select
        contacts.case_id,
        count(*) as unknown_agent_interactions
    from contacts
    inner join contact_counts on contacts.case_id = contact_counts.case_id
    where
        not contacts.is_qualification_known
        and (contact_counts.initial_interaction_at is null or contacts.occurred_at < contact_counts.initial_interaction_at)
    group by contacts.case_id
)

select
    cases.case_id,
    initial_interactions.initial_interaction_id,
    initial_interaction.occurred_at as initial_interaction_at,
    initial_interaction.occurred_on as initial_interaction_on,
    initial_interaction.agent_id as initial_agent_id,
    coalesce(initial_interaction.kind = 'message' and initial_interaction.response_kind = 'information_request', false) as is_information_request,
    coalesce(initial_interaction.is_response_kind_known, true) as is_response_kind_known,
    unknown_agents.case_id is null as is_qualification_known,
    first_agent_interactions.first_agent_interaction_id,
    coalesce(contact_counts.agent_interactions, 0) as agent_interactions_to_first_closing,
    coalesce(further_contacts.timed_interactions, 0) as further_timed_interactions_to_first_closing,
    cast(further_contacts.handle_seconds as bigint) as further_handle_seconds_to_first_closing,
    coalesce(contact_counts.has_qualified_agent, false) as has_qualified_agent
from cases
left join contact_counts on cases.case_id = contact_counts.case_id
left join first_agent_interactions on cases.case_id = first_agent_interactions.case_id
left join initial_interactions on cases.case_id = initial_interactions.case_id
left join {{ ref('casemart', 'fct_interactions') }} as initial_interaction
    on initial_interactions.initial_interaction_id = initial_interaction.interaction_id
left join further_contacts on cases.case_id = further_contacts.case_id
left join unknown_agents on cases.case_id = unknown_agents.case_id
