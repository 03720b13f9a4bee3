with
policies as (
    {{ casemart.policies() }}
)

select
    policy,
    policy_value as value,
    description
from policies
