-- Why accounts and recurring value were lost.
with
logo_cohorts as (
    select * from {{ ref('casemart', 'fct_logo_cohorts') }}
    where churn_reason is not null
),

lost as (
    {{ casemart.by_account_segments('logo_cohorts', ['period_grain', 'period_start', 'churn_reason'], 'opening_on') }}
),

lost_counts as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        churn_reason,
        count(*) as lost_accounts
    from lost
    group by period_grain, period_start, segment_by, segment, churn_reason
),

churned_accounts as (
    select
        'all' as segment_by,
        'all' as segment,
        month_start,
        churn_reason,
        churn_value,
        account_id,
        {{ casemart.add_days('month_start', -1) }} as opening_on,
        account_segment,
        region,
        industry,
        size_band
    from {{ ref('casemart', 'fct_recurring_revenue') }}
    where churn_reason is not null
),

churned as (
    {{ casemart.by_account_segments('churned_accounts', ['month_start', 'churn_reason', 'churn_value'], 'opening_on') }}

    union all

    select
        segment_by,
        segment,
        month_start,
        churn_reason,
        churn_value
    from {{ ref('casemart', 'fct_recurring_revenue_parts') }}
    where churn_reason is not null
),

churn_sums as (
    select
        periods.period_grain,
        periods.period_start,
        churned.segment_by,
        churned.segment,
        churned.churn_reason,
        count(*) as churned_accounts,
        cast(sum(churned.churn_value) as decimal(18, 2)) as recurring_revenue_churn
    from churned
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on churned.month_start between periods.period_start and periods.period_end
    where periods.period_grain <> 'week'
    group by periods.period_grain, periods.period_start, churned.segment_by, churned.segment, churned.churn_reason
),

reasons as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        churn_reason
    from lost_counts

    union

    select
        period_grain,
        period_start,
        segment_by,
        segment,
        churn_reason
    from churn_sums
)

select
    reasons.period_grain,
    reasons.period_start,
    periods.period_end,
    reasons.segment_by,
    reasons.segment,
    reasons.churn_reason,
    coalesce(lost_counts.lost_accounts, 0) as lost_accounts,
    coalesce(churn_sums.churned_accounts, 0) as churned_accounts,
    cast(coalesce(churn_sums.recurring_revenue_churn, 0) as decimal(18, 2)) as recurring_revenue_churn,
    {{ casemart.is_settled('periods.period_end', var('casemart_renewal_grace_days') + 1) }} as is_complete
from reasons
inner join {{ ref('casemart', 'dim_periods') }} as periods
    on reasons.period_grain = periods.period_grain and reasons.period_start = periods.period_start
left join lost_counts
    on
        reasons.period_grain = lost_counts.period_grain
        and reasons.period_start = lost_counts.period_start
        and reasons.segment_by = lost_counts.segment_by
        and reasons.segment = lost_counts.segment
        and reasons.churn_reason = lost_counts.churn_reason
left join churn_sums
    on
        reasons.period_grain = churn_sums.period_grain
        and reasons.period_start = churn_sums.period_start
        and reasons.segment_by = churn_sums.segment_by
        and reasons.segment = churn_sums.segment
        and reasons.churn_reason = churn_sums.churn_reason
