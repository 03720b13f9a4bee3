-- What a contract was worth a month on its last covered day, and what the contracts that renewed it are worth, at that day's rates.
with
ended as (
    select
        contract_id,
        due_on,
        renewed_on
    from {{ ref('casemart', 'fct_contract_outcomes') }}
    where due_on is not null
),

charges as (
    select * from {{ ref('casemart', 'fct_contract_charges') }}
    where covered_from_on is not null
),

rates as (
    select * from {{ ref('casemart', 'dim_exchange_rates') }}
),

expiring as (
    select
        ended.contract_id,
        greatest(coalesce({{ casemart.cents('sum(charges.monthly_amount * rates.rate)') }}, 0), 0) as expiring_value
    from ended
    left join charges
        on
            ended.contract_id = charges.contract_id
            and ended.due_on between charges.covered_from_on and charges.covered_to_on
    left join rates
        on charges.currency = rates.currency and ended.due_on >= rates.valid_from and ended.due_on < rates.valid_to
    group by ended.contract_id
),

-- The renewal is what had begun on the day that decided it: the first day not covered, or a late first one. Later parts are new.
pairs as (
    select
        ended.contract_id as renewed_contract_id,
        ended.due_on,
        renewals.contract_id,
        renewals.renewed_on
    from ended
    inner join {{ ref('casemart', 'fct_contract_renewals') }} as renewals on ended.contract_id = renewals.renewed_contract_id
    where renewals.renewed_on <= greatest({{ casemart.add_days('ended.due_on', 1) }}, ended.renewed_on)
),

renewing as (
    select
        pairs.renewed_contract_id,
        pairs.contract_id,
        greatest(coalesce({{ casemart.cents('sum(charges.monthly_amount * rates.rate)') }}, 0), 0) as renewing_value
    from pairs
    left join charges
        on
            pairs.contract_id = charges.contract_id
            and pairs.renewed_on between charges.covered_from_on and charges.covered_to_on
    left join rates
        on charges.currency = rates.currency and pairs.due_on >= rates.valid_from and pairs.due_on < rates.valid_to
    group by pairs.renewed_contract_id, pairs.contract_id
),

-- A contract that renews several is shared among them in proportion to what they were worth.
weighed as (
    select
        renewing.renewed_contract_id,
        renewing.renewing_value,
        expiring.expiring_value,
        sum(expiring.expiring_value) over (partition by renewing.contract_id) as expiring_value_of_all,
        count(*) over (partition by renewing.contract_id) as contracts_renewed
    from renewing
    inner join expiring on renewing.renewed_contract_id = expiring.contract_id
),

shared as (
    select
        renewed_contract_id,
        sum(
            case
                when expiring_value_of_all > 0
                    then {{ casemart.cents(casemart.divided('renewing_value * expiring_value', 'expiring_value_of_all')) }}
                else {{ casemart.cents(casemart.divided('renewing_value', 'contracts_renewed')) }}
            end
        ) as renewing_value
    from weighed
    group by renewed_contract_id
)

select
    expiring.contract_id,
    cast(expiring.expiring_value as decimal(18, 2)) as expiring_value,
    cast(coalesce(shared.renewing_value, 0) as decimal(18, 2)) as renewing_value,
    cast(least(coalesce(shared.renewing_value, 0), expiring.expiring_value) as decimal(18, 2)) as renewed_value
from expiring
left join shared on expiring.contract_id = shared.renewed_contract_id
