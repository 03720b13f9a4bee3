-- A contract is known from its signature and in force no earlier. A cancellation after the as-of day is not known yet.
with
contracts as (
    select
        contract_id,
        account_id,
        product,
        contract_type,
        is_support_entitled,
        coalesce(signed_on, starts_on) as known_on,
        starts_on,
        ends_on,
        greatest(starts_on, coalesce(signed_on, starts_on)) as first_covered_on,
        case when cancelled_on <= {{ casemart.as_of() }} then cancelled_on end as cancelled_on,
        renewal_committed_on,
        churn_reason
    from {{ ref('casemart', 'stg_contracts') }}
),

dated as (
    select
        *,
        least(ends_on, {{ casemart.add_days('cancelled_on', -1) }}) as own_last_covered_on
    from contracts
    where known_on <= {{ casemart.as_of() }}
)

select
    contract_id,
    account_id,
    product,
    contract_type,
    is_support_entitled,
    known_on,
    starts_on,
    ends_on,
    cancelled_on,
    renewal_committed_on,
    churn_reason,
    first_covered_on,
    own_last_covered_on,
    -- A cancellation leaves no grace, and ends one that still runs.
    least({{ casemart.add_days('own_last_covered_on', 1 + var('casemart_renewal_grace_days')) }}, cancelled_on) as latest_renewal_on,
    first_covered_on <= coalesce(own_last_covered_on, {{ casemart.end_of_days() }}) as is_ever_in_force
from dated
