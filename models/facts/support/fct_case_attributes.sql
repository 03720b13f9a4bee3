-- In long form, since which columns a user keeps is a setting and not part of the contract.
with
cases as (
    select * from {{ ref('casemart', 'stg_cases') }}
),

attributes as (
    {{ casemart.own_attributes('cases', 'cases', ['case_id']) }}
)

select
    case_id,
    attribute,
    attribute_value
from attributes
