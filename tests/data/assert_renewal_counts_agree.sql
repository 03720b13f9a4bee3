-- A due contract is renewed, lost or undetermined, and each one stands once in the months of the total and in the renewal curve.
with
terms as (
    select count(*) as contracts from {{ ref('casemart', 'fct_contract_terms') }}
    where due_on is not null
),

months as (
    select coalesce(sum(due_contracts), 0) as contracts from {{ ref('casemart', 'contract_renewal') }}
    where segment_by = 'all' and period_grain = 'month'
),

curve as (
    select coalesce(sum(renewed_contracts + lost_contracts + undetermined_contracts), 0) as contracts
    from {{ ref('casemart', 'renewal_survival') }}
    where segment_by = 'all'
)

select
    period_grain,
    period_start,
    segment_by || ' ' || segment as segment
from {{ ref('casemart', 'contract_renewal') }}
where
    due_contracts <> determined_contracts + undetermined_contracts
    or determined_contracts <> renewed_contracts + lost_contracts
    or renewed_contracts <> renewed_on_time_contracts + renewed_late_contracts
    or renewed_value <> renewed_on_time_value + renewed_late_value
    or renewed_value > expiring_value

union all

select
    'all' as period_grain,
    cast(null as date) as period_start,
    'the months or the curve lack a contract' as segment
from terms
cross join months
cross join curve
where
    terms.contracts <> curve.contracts
    or (terms.contracts <> months.contracts and {{ casemart.literal('month' in var('casemart_period_grains')) }})
