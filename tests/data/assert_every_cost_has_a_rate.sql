-- An amount without an exchange rate stops the build: it is never taken as zero.
with
costs as (
    select
        currency,
        {{ casemart.month_rate_day('cost_month') }} as rate_on
    from {{ ref('casemart', 'stg_costs') }}
    where {{ casemart.period_start('month', 'cost_month') }} <= {{ casemart.as_of() }}
)

select
    costs.currency,
    costs.rate_on as day_without_rate,
    count(*) as row_count
from costs
left join {{ ref('casemart', 'dim_exchange_rates') }} as rates
    on
        costs.currency = rates.currency
        and costs.rate_on >= rates.valid_from
        and costs.rate_on < rates.valid_to
where rates.currency is null
group by costs.currency, costs.rate_on
