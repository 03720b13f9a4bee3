with
charges as (
    select
        *,
        {{ casemart.add_days('ends_on', 1) }} as ended_on
    from {{ ref('casemart', 'stg_contract_charges') }}
),

contracts as (
    select * from {{ ref('casemart', 'stg_contracts') }}
),

in_force as (
    select * from {{ ref('casemart', 'fct_contract_coverage') }}
    where coverage = 'in_force'
),

held as (
    select * from {{ ref('casemart', 'fct_contract_coverage') }}
    where coverage <> 'in_force'
),

-- The months of a term: whole ones from its first day, and the days that remain as a share of the month in which they begin.
terms as (
    select
        charge_id,
        {{ casemart.whole_months('starts_on', 'ended_on') }} as whole_months,
        {{ casemart.add_months('starts_on', casemart.whole_months('starts_on', 'ended_on')) }} as remainder_from_on,
        ended_on
    from charges
    where billing_period = 'term'
),

divisors as (
    select
        charge_id,
        whole_months * {{ casemart.day_in_month(casemart.month_end('remainder_from_on')) }}
        + {{ casemart.days_between('remainder_from_on', 'ended_on') }} as term_days,
        {{ casemart.day_in_month(casemart.month_end('remainder_from_on')) }} as days_in_month
    from terms
),

-- A charge is in force while its own dates and its contract's say so.
covered as (
    select
        charges.*,
        coalesce(charges.product, contracts.product) as sold_product,
        contracts.account_id,
        contracts.contract_type,
        contracts.contract_id is null as is_orphan,
        contracts.contract_id is not null
        and (
            charges.starts_on < contracts.starts_on
            or coalesce(charges.starts_on > contracts.ends_on or charges.ends_on > contracts.ends_on, false)
        ) as is_clipped,
        greatest(charges.starts_on, in_force.covered_from_on) as first_day,
        least(charges.ends_on, in_force.covered_to_on) as last_day,
        in_force.covered_to_on as contract_covered_to_on,
        in_force.contract_id is not null as is_contract_in_force
    from charges
    left join contracts on charges.contract_id = contracts.contract_id
    left join in_force on charges.contract_id = in_force.contract_id
),

clipped as (
    select
        *,
        case when is_contract_in_force and first_day <= last_day then first_day end as covered_from_on,
        case when is_contract_in_force and first_day <= last_day then last_day end as covered_to_on
    from covered
)

select
    clipped.charge_id,
    clipped.contract_id,
    clipped.account_id,
    clipped.sold_product as product,
    clipped.contract_type,
    clipped.currency,
    clipped.amount,
    clipped.billing_period,
    {{ casemart.rate('divisors.term_days', 'divisors.days_in_month') }} as term_months,
    case clipped.billing_period
        when 'month' then {{ casemart.divided('clipped.amount', 1) }}
        when 'quarter' then {{ casemart.divided('clipped.amount', 3) }}
        when 'year' then {{ casemart.divided('clipped.amount', 12) }}
        when 'term' then {{ casemart.divided('clipped.amount * divisors.days_in_month', 'divisors.term_days') }}
    end as monthly_amount,
    clipped.quantity,
    clipped.is_orphan,
    clipped.is_clipped,
    clipped.covered_from_on,
    clipped.covered_to_on,
    -- What was charged on the contract's last covered day goes on while a renewal is late or awaited.
    held.covered_from_on as held_from_on,
    held.covered_to_on as held_to_on,
    held.coverage as hold_reason
from clipped
left join divisors on clipped.charge_id = divisors.charge_id
left join held
    on
        clipped.contract_id = held.contract_id
        and clipped.covered_to_on = clipped.contract_covered_to_on
