-- Who became a customer, when, and by which contract. A contract that is signed later than it starts makes a customer on the
-- day of its signature: else a period long finished would gain one.
with
contracts as (
    select
        *,
        row_number() over (partition by account_id order by first_covered_on, starts_on, contract_id) as contract_number
    from {{ ref('casemart', 'fct_contract_dates') }}
    where is_ever_in_force and first_covered_on <= {{ casemart.as_of() }}
)

select
    account_id,
    contract_id,
    known_on,
    starts_on,
    first_covered_on
from contracts
where contract_number = 1
