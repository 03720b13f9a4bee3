-- In long form, since which columns a user keeps is a setting and not part of the contract.
with
accounts as (
    select * from {{ ref('casemart', 'stg_accounts') }}
),

accounts_over_time as (
    {{ casemart.disjoint_periods('accounts', 'account_id') }}
),

attributes as (
    {{ casemart.own_attributes('accounts', 'accounts_over_time', ['account_id', 'first_day', 'end_day']) }}
)

select
    account_id,
    attribute,
    attribute_value,
    first_day as valid_from_on,
    end_day as valid_to_on
from attributes
