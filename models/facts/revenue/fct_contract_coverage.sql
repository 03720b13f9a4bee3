with
contracts as (
    select
        dates.contract_id,
        dates.account_id,
        dates.product,
        dates.contract_type,
        dates.is_support_entitled,
        outcomes.first_covered_on,
        outcomes.last_covered_on,
        outcomes.renewed_on,
        outcomes.renewal_state
    from {{ ref('casemart', 'fct_contract_dates') }} as dates
    inner join {{ ref('casemart', 'fct_contract_outcomes') }} as outcomes on dates.contract_id = outcomes.contract_id
)

select
    contract_id,
    account_id,
    product,
    contract_type,
    is_support_entitled,
    'in_force' as coverage,
    first_covered_on as covered_from_on,
    coalesce(last_covered_on, {{ casemart.end_of_days() }}) as covered_to_on
from contracts
where renewal_state <> 'never_in_force'

union all

-- A late renewal leaves no hole.
select
    contract_id,
    account_id,
    product,
    contract_type,
    is_support_entitled,
    'late_renewal_gap' as coverage,
    {{ casemart.add_days('last_covered_on', 1) }} as covered_from_on,
    {{ casemart.add_days('renewed_on', -1) }} as covered_to_on
from contracts
where renewal_state = 'renewed' and renewed_on > {{ casemart.add_days('last_covered_on', 1) }}

union all

-- While a grace runs, nobody knows.
select
    contract_id,
    account_id,
    product,
    contract_type,
    is_support_entitled,
    'awaiting_renewal' as coverage,
    {{ casemart.add_days('last_covered_on', 1) }} as covered_from_on,
    {{ casemart.as_of() }} as covered_to_on
from contracts
where renewal_state = 'undetermined' and last_covered_on < {{ casemart.as_of() }}
