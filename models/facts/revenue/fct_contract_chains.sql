-- The first contract of a chain comes up for its first renewal, the contract that renews it for the second, and so on.
with recursive chains as (
    select
        contract_id,
        1 as renewal_number
    from {{ ref('casemart', 'fct_contract_outcomes') }}
    where renewal_state <> 'never_in_force'

    union

    select
        renewals.contract_id,
        chains.renewal_number + 1 as renewal_number
    from chains
    inner join {{ ref('casemart', 'fct_contract_renewals') }} as renewals on chains.contract_id = renewals.renewed_contract_id
)

select
    contract_id,
    max(renewal_number) as renewal_number
from chains
group by contract_id
