-- What the accounts that had recurring value some months ago have now: growth of one may make up for a loss of another (net), or not (gross).
with
periods as (
    select
        period_grain,
        period_start,
        period_end,
        {{ casemart.period_start('month', 'stock_on') }} as last_month_start
    from {{ ref('casemart', 'dim_periods') }}
    where period_grain <> 'week'
),

cohorts as (
    select * from {{ ref('casemart', 'fct_recurring_cohorts') }}
),

segmented as (
    {{ casemart.by_account_segments(
        'cohorts',
        ['month_start', 'lookback_months', 'base_value', 'value_now', 'kept_value', 'is_undetermined'],
        casemart.month_end('segment_rows.base_month_start'),
    ) }}
),

summed as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        segmented.segment_by,
        segmented.segment,
        {{ casemart.cohort_sums('segmented') }}
    from segmented
    inner join periods on segmented.month_start = periods.last_month_start
    group by periods.period_grain, periods.period_start, periods.period_end, segmented.segment_by, segmented.segment
),

rated as (
    select
        *,
        {{ casemart.rate('value_now_12_months', 'base_value_12_months') }} as net_recurring_revenue_rate,
        {{ casemart.rate('kept_value_12_months', 'base_value_12_months') }} as gross_recurring_revenue_rate,
        {{ casemart.rate('value_now_3_months', 'base_value_3_months') }} as net_recurring_revenue_rate_3_months,
        {{ casemart.rate('kept_value_3_months', 'base_value_3_months') }} as gross_recurring_revenue_rate_3_months,
        {{ casemart.rate('value_now_1_month', 'base_value_1_month') }} as net_recurring_revenue_rate_1_month,
        {{ casemart.rate('kept_value_1_month', 'base_value_1_month') }} as gross_recurring_revenue_rate_1_month
    from summed
)

select
    rated.period_grain,
    rated.period_start,
    rated.period_end,
    rated.segment_by,
    rated.segment,
    rated.cohort_accounts_12_months,
    rated.base_value_12_months,
    rated.value_now_12_months,
    rated.kept_value_12_months,
    rated.net_recurring_revenue_rate,
    {{ casemart.target_columns('net_recurring_revenue_rate', 'rated') }},
    rated.gross_recurring_revenue_rate,
    {{ casemart.target_columns('gross_recurring_revenue_rate', 'rated') }},
    rated.cohort_accounts_3_months,
    rated.base_value_3_months,
    rated.value_now_3_months,
    rated.kept_value_3_months,
    rated.net_recurring_revenue_rate_3_months,
    {{ casemart.target_columns('net_recurring_revenue_rate_3_months', 'rated') }},
    rated.gross_recurring_revenue_rate_3_months,
    {{ casemart.target_columns('gross_recurring_revenue_rate_3_months', 'rated') }},
    rated.cohort_accounts_1_month,
    rated.base_value_1_month,
    rated.value_now_1_month,
    rated.kept_value_1_month,
    rated.net_recurring_revenue_rate_1_month,
    {{ casemart.target_columns('net_recurring_revenue_rate_1_month', 'rated') }},
    rated.gross_recurring_revenue_rate_1_month,
    {{ casemart.target_columns('gross_recurring_revenue_rate_1_month', 'rated') }},
    rated.undetermined_cohort_accounts,
    {{ casemart.is_settled('rated.period_end', 0) }} and rated.undetermined_cohort_accounts = 0 as is_complete
from rated
{{ casemart.target_join('net_recurring_revenue_rate', 'rated') }}
{{ casemart.target_join('gross_recurring_revenue_rate', 'rated') }}
{{ casemart.target_join('net_recurring_revenue_rate_3_months', 'rated') }}
{{ casemart.target_join('gross_recurring_revenue_rate_3_months', 'rated') }}
{{ casemart.target_join('net_recurring_revenue_rate_1_month', 'rated') }}
{{ casemart.target_join('gross_recurring_revenue_rate_1_month', 'rated') }}
