with
costs as (
    select
        *,
        {{ casemart.period_start('month', 'cost_month') }} as month_start
    from {{ ref('casemart', 'stg_costs') }}
    where {{ casemart.period_start('month', 'cost_month') }} <= {{ casemart.as_of() }}
),

-- Converted at the rate of the month's last day, or of the as-of day in the running month.
dated as (
    select
        costs.*,
        least(
            {{ casemart.add_days("cast(costs.month_start + interval '1 month' as date)", -1) }},
            {{ casemart.as_of() }}
        ) as rate_on
    from costs
),

-- Rounded to the cent once, at month, category and currency.
converted as (
    select
        dated.month_start,
        dated.category,
        dated.currency,
        cast(round(sum(dated.amount * rates.rate), 2) as decimal(18, 2)) as cost
    from dated
    left join {{ ref('casemart', 'dim_exchange_rates') }} as rates
        on
            dated.currency = rates.currency
            and dated.rate_on >= rates.valid_from
            and dated.rate_on < rates.valid_to
    group by dated.month_start, dated.category, dated.currency
)

select
    month_start,
    category,
    cast(sum(cost) as decimal(18, 2)) as cost
from converted
group by month_start, category
