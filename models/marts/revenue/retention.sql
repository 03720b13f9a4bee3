with
periods as (
    select
        period_grain,
        period_start,
        period_end,
        {{ casemart.period_start('month', 'stock_on') }} as closing_month_start
    from {{ ref('casemart', 'dim_periods') }}
    where period_grain <> 'week'
),

account_months as (
    select * from {{ ref('casemart', 'fct_coverage_months') }}
),

closings as (
    {{ casemart.by_account_segments('account_months', ['month_start', 'account_state', 'is_committed'], 'stock_on') }}
),

-- Stocks at the close.
closed as (
    select
        periods.period_grain,
        periods.period_start,
        closings.segment_by,
        closings.segment,
        cast(sum(case when closings.account_state = 'active' then 1 else 0 end) as bigint) as active_accounts,
        cast(sum(case when closings.is_committed then 1 else 0 end) as bigint) as committed_accounts,
        cast(sum(case when closings.account_state = 'undetermined' then 1 else 0 end) as bigint) as undetermined_accounts
    from periods
    inner join closings on periods.closing_month_start = closings.month_start
    group by periods.period_grain, periods.period_start, closings.segment_by, closings.segment
),

logo_cohorts as (
    select * from {{ ref('casemart', 'fct_logo_cohorts') }}
),

cohorts as (
    {{ casemart.by_account_segments(
        'logo_cohorts', ['period_grain', 'period_start', 'opening_state', 'closing_state', 'is_retained'], 'opening_on'
    ) }}
),

-- Who was there at the opening, in the segment of the opening.
opened as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        cast(sum(case when opening_state = 'active' then 1 else 0 end) as bigint) as opening_accounts,
        cast(sum(case when opening_state = 'undetermined' then 1 else 0 end) as bigint) as opening_undetermined_accounts,
        cast(sum(case when is_retained is not null then 1 else 0 end) as bigint) as logo_cohort_accounts,
        cast(sum(case when is_retained then 1 else 0 end) as bigint) as retained_accounts,
        cast(sum(case when not is_retained then 1 else 0 end) as bigint) as lost_accounts,
        cast(sum(case when opening_state = 'active' and closing_state = 'undetermined' then 1 else 0 end) as bigint) as logo_undetermined_accounts
    from cohorts
    group by period_grain, period_start, segment_by, segment
),

cells as (
    {{ casemart.cells_of('closed') }}
    union
    {{ casemart.cells_of('opened') }}
),

counted as (
    select
        cells.period_grain,
        cells.period_start,
        periods.period_end,
        cells.segment_by,
        cells.segment,
        {{ casemart.counts_or_zero('closed', ['active_accounts', 'committed_accounts', 'undetermined_accounts']) }},
        {{ casemart.counts_or_zero('opened', [
            'opening_accounts', 'opening_undetermined_accounts', 'logo_cohort_accounts', 'retained_accounts', 'lost_accounts',
            'logo_undetermined_accounts',
        ]) }}
    from cells
    inner join periods on cells.period_grain = periods.period_grain and cells.period_start = periods.period_start
    {{ casemart.join_cells('closed', 'cells') }}
    {{ casemart.join_cells('opened', 'cells') }}
),

rated as (
    select
        *,
        {{ casemart.rate('committed_accounts', 'active_accounts') }} as committed_retention_rate,
        {{ casemart.rate('retained_accounts', 'logo_cohort_accounts') }} as logo_retention_rate
    from counted
)

select
    rated.period_grain,
    rated.period_start,
    rated.period_end,
    rated.segment_by,
    rated.segment,
    rated.active_accounts,
    rated.committed_accounts,
    rated.undetermined_accounts,
    rated.committed_retention_rate,
    {{ casemart.target_columns('committed_retention_rate', 'rated') }},
    rated.opening_accounts,
    rated.opening_undetermined_accounts,
    rated.logo_cohort_accounts,
    rated.retained_accounts,
    rated.lost_accounts,
    rated.logo_undetermined_accounts,
    rated.logo_retention_rate,
    {{ casemart.target_columns('logo_retention_rate', 'rated') }},
    -- Open while the grace of a contract runs on which the state of an account depends.
    {{ casemart.is_settled('rated.period_end', 0) }}
    and rated.undetermined_accounts = 0
    and rated.opening_undetermined_accounts = 0
    and rated.logo_undetermined_accounts = 0 as is_complete
from rated
{{ casemart.target_join('committed_retention_rate', 'rated') }}
{{ casemart.target_join('logo_retention_rate', 'rated') }}
