-- Who had recurring value at a month's end, and what these same accounts have some months later, both at the earlier rates.
with
lookbacks as (
    {{ casemart.lookbacks() }}
),

months as (
    select * from {{ ref('casemart', 'dim_months') }}
),

movements as (
    select * from {{ ref('casemart', 'fct_recurring_movements') }}
),

bases as (
    select
        movements.*,
        lookbacks.lookback_months,
        months.month_start as later_month_start
    from movements
    cross join lookbacks
    inner join months on months.month_start = {{ casemart.add_months('movements.month_start', 'lookbacks.lookback_months') }}
    where movements.closing_value > 0
),

later_values as (
    select
        recurring_values.account_id,
        recurring_values.product,
        recurring_values.contract_type,
        recurring_values.month_start,
        recurring_values.is_undetermined,
        lookbacks.lookback_months,
        {{ casemart.cents('recurring_values.local_value * rates.rate') }} as value_at_base_rate
    from {{ ref('casemart', 'fct_recurring_values') }} as recurring_values
    cross join lookbacks
    inner join months
        on months.month_start = {{ casemart.add_months('recurring_values.month_start', '-lookbacks.lookback_months') }}
    left join {{ ref('casemart', 'dim_exchange_rates') }} as rates
        on
            recurring_values.currency = rates.currency
            and months.stock_on >= rates.valid_from
            and months.stock_on < rates.valid_to
),

entities as (
    {{ casemart.entities('later_values') }}
),

later as (
    select
        segment_by,
        segment,
        account_id,
        month_start,
        lookback_months,
        greatest(sum(value_at_base_rate), 0) as value_now,
        max(case when is_undetermined then 1 else 0 end) = 1 as is_undetermined
    from entities
    group by segment_by, segment, account_id, month_start, lookback_months
)

select
    bases.segment_by,
    bases.segment,
    bases.account_id,
    bases.later_month_start as month_start,
    cast(bases.lookback_months as integer) as lookback_months,
    bases.month_start as base_month_start,
    bases.closing_value as base_value,
    cast(coalesce(later.value_now, 0) as decimal(18, 2)) as value_now,
    cast(least(coalesce(later.value_now, 0), bases.closing_value) as decimal(18, 2)) as kept_value,
    bases.is_undetermined or coalesce(later.is_undetermined, false) as is_undetermined,
    bases.account_segment,
    bases.region,
    bases.industry,
    bases.size_band
from bases
left join later
    on
        bases.segment_by = later.segment_by
        and bases.segment = later.segment
        and bases.account_id = later.account_id
        and bases.later_month_start = later.month_start
        and bases.lookback_months = later.lookback_months
