with
months as (
    select * from {{ ref('casemart', 'dim_months') }}
),

charges as (
    select * from {{ ref('casemart', 'fct_contract_charges') }}
),

-- In force on the month's stock day, or held there while the renewal of its contract is late or awaited.
standing as (
    select
        charges.*,
        months.month_start,
        months.stock_on,
        cast(0 as decimal(28, 8)) as awaiting_amount,
        false as is_awaiting
    from charges
    inner join months on months.stock_on between charges.covered_from_on and charges.covered_to_on

    union all

    select
        charges.*,
        months.month_start,
        months.stock_on,
        charges.monthly_amount as awaiting_amount,
        charges.hold_reason = 'awaiting_renewal' as is_awaiting
    from charges
    inner join months on months.stock_on between charges.held_from_on and charges.held_to_on
),

-- Discounts carry no quantity of their own; one charge of unknown quantity makes the sum unknown.
summed as (
    select
        account_id,
        product,
        contract_type,
        currency,
        month_start,
        stock_on,
        cast(sum(monthly_amount) as decimal(28, 8)) as local_value,
        cast(sum(awaiting_amount) as decimal(28, 8)) as awaiting_local_value,
        max(case when is_awaiting then 1 else 0 end) = 1 as is_undetermined,
        case
            when sum(case when amount >= 0 and quantity is null then 1 else 0 end) = 0
                then cast(coalesce(sum(case when amount >= 0 then quantity end), 0) as decimal(18, 4))
        end as quantity
    from standing
    group by account_id, product, contract_type, currency, month_start, stock_on
)

select
    summed.account_id,
    summed.product,
    summed.contract_type,
    summed.currency,
    summed.month_start,
    summed.stock_on,
    summed.local_value,
    summed.awaiting_local_value,
    summed.is_undetermined,
    summed.quantity,
    rates.rate,
    -- Rounded to the cent once, here. A missing rate is an error: assert_every_charge_has_a_rate.
    {{ casemart.cents('summed.local_value * rates.rate') }} as recurring_value,
    {{ casemart.cents('summed.awaiting_local_value * rates.rate') }} as awaiting_renewal_value
from summed
left join {{ ref('casemart', 'dim_exchange_rates') }} as rates
    on
        summed.currency = rates.currency
        and summed.stock_on >= rates.valid_from
        and summed.stock_on < rates.valid_to
