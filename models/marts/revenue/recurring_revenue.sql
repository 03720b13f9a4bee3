-- The waterfall: opening + new + reactivation + expansion - contraction - churn + fx + transfers = closing.
with
periods as (
    select
        period_grain,
        period_start,
        period_end,
        {{ casemart.period_start('month', 'period_start') }} as first_month_start,
        {{ casemart.period_start('month', 'stock_on') }} as last_month_start
    from {{ ref('casemart', 'dim_periods') }}
    where period_grain <> 'week'
),

summed as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        leaf.segment_by,
        leaf.segment,
        {{ casemart.recurring_sums('leaf', 'periods') }}
    from {{ ref('casemart', 'leaf_recurring_revenue') }} as leaf
    inner join periods on leaf.month_start between periods.first_month_start and periods.last_month_start
    group by periods.period_grain, periods.period_start, periods.period_end, leaf.segment_by, leaf.segment
),

netted as (
    select
        *,
        recurring_revenue_new + recurring_revenue_reactivation + recurring_revenue_expansion as recurring_revenue_gained,
        recurring_revenue_contraction + recurring_revenue_churn as recurring_revenue_lost
    from summed
),

rated as (
    select
        *,
        {{ casemart.rate('recurring_revenue', 'recurring_revenue_opening') }} as recurring_revenue_rate,
        {{ casemart.rate('recurring_revenue_gained', 'recurring_revenue_lost') }} as quick_ratio
    from netted
)

select
    rated.period_grain,
    rated.period_start,
    rated.period_end,
    rated.segment_by,
    rated.segment,
    {{ casemart.recurring_columns('rated') }},
    -- Open while the grace of a contract runs whose value is held.
    {{ casemart.is_settled('rated.period_end', 0) }} and rated.undetermined_account_months = 0 as is_complete
from rated
{{ casemart.recurring_target_joins('rated') }}
