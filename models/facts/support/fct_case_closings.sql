with
closed_cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted and first_closed_at is not null
),

first_contacts as (
    select * from {{ ref('casemart', 'fct_first_contacts') }}
),

dated as (
    select
        closed_cases.case_id,
        closed_cases.first_closed_at,
        closed_cases.first_closed_on,
        closed_cases.first_closed_at as dated_at,
        coalesce(first_contacts.initial_interaction_id, first_contacts.first_agent_interaction_id) as agent_interaction_id,
        first_contacts.agent_interactions_to_first_closing
    from closed_cases
    inner join first_contacts on closed_cases.case_id = first_contacts.case_id
),

segmented as (
    {{ casemart.with_case_segments('dated') }}
)

select
    case_id,
    first_closed_at,
    first_closed_on,
    agent_interactions_to_first_closing,
    agent_interactions_to_first_closing = 1 as is_one_touch,
    product,
    queue,
    channel,
    delivery_model,
    team,
    site,
    shift,
    priority,
    case_type,
    topic,
    account_segment,
    region
from segmented
