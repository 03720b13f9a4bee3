with
agents as (
    select * from {{ ref('casemart', 'stg_agents') }}
),

agents_over_time as (
    {{ casemart.disjoint_periods('agents', 'agent_id') }}
)

select
    agent_id,
    agent_name,
    team,
    site,
    shift,
    role,
    is_qualified,
    valid_from_at,
    valid_to_at
from agents_over_time
