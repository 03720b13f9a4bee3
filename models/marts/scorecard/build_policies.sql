with
policies as (
    {{ casemart.policies() }}
)

select
    policy,
    policy_value as value, -- noqa: RF04
    description
from policies
