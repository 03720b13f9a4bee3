with
costs as (
    select
        {{ casemart.period_start('month', 'cost_month') }} as month_start,
        category,
        currency,
        amount,
        {{ casemart.month_rate_day('cost_month') }} as rate_on
    from {{ ref('casemart', 'stg_costs') }}
    where {{ casemart.period_start('month', 'cost_month') }} <= {{ casemart.as_of() }}
),

-- Rounded to the cent once, at month, category and currency. A missing rate is an error: assert_every_cost_has_a_rate.
converted as (
    select
        costs.month_start,
        costs.category,
        costs.currency,
        cast(round(sum(costs.amount * rates.rate), 2) as decimal(18, 2)) as cost
    from costs
    left join {{ ref('casemart', 'dim_exchange_rates') }} as rates
        on
            costs.currency = rates.currency
            and costs.rate_on >= rates.valid_from
            and costs.rate_on < rates.valid_to
    group by costs.month_start, costs.category, costs.currency
)

select
    month_start,
    category,
    cast(sum(cost) as decimal(18, 2)) as cost
from converted
group by month_start, category
