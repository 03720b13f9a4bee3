with
-- A day of the month that the calendar has: it may begin within the first month.
availability as (
    select
        availability.*,
        months.stock_on
    from {{ ref('casemart', 'fct_availability') }} as availability
    inner join {{ ref('casemart', 'dim_months') }} as months on availability.month_start = months.month_start
),

-- Minutes sum over months and segments.
months as (
    {{ casemart.in_periods(
        'availability',
        'stock_on',
        ['product'] + casemart.account_segments(),
        has_weeks=false,
        attribute_day=casemart.month_rate_day('segment_rows.month_start'),
    ) }}
),

seconds as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        count(*) as covered_pair_months,
        cast(sum(covered_seconds) as bigint) as covered_seconds,
        cast(sum(unplanned_seconds) as bigint) as unplanned_seconds,
        cast(sum(planned_seconds) as bigint) as planned_seconds,
        max(longest_unplanned_seconds) as longest_unplanned_seconds
    from months
    group by period_grain, period_start, period_end, segment_by, segment
),

-- Accounts are those of the whole period: who was interrupted in March is interrupted in the first quarter.
whole_periods as (
    select * from {{ ref('casemart', 'fct_account_availability') }}
),

segmented as (
    {{ casemart.by_account_segments(
        'whole_periods',
        ['period_grain', 'period_start', 'account_id', 'is_uninterrupted'],
        casemart.month_rate_day('segment_rows.last_month_start'),
    ) }}
),

accounts as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as covered_accounts,
        {{ casemart.count_where('is_uninterrupted') }} as uninterrupted_accounts,
        {{ casemart.count_where('not is_uninterrupted') }} as interrupted_accounts
    from segmented
    group by period_grain, period_start, segment_by, segment
),

counted as (
    select
        seconds.*,
        {{ casemart.counts_or_zero('accounts', ['covered_accounts', 'uninterrupted_accounts', 'interrupted_accounts']) }}
    from seconds
    {{ casemart.join_cells('accounts', 'seconds') }}
),

rated as (
    select
        *,
        cast(covered_seconds as {{ casemart.type_double() }}) / 60 as covered_minutes,
        cast(covered_seconds - unplanned_seconds as {{ casemart.type_double() }}) / 60 as available_minutes,
        cast(unplanned_seconds as {{ casemart.type_double() }}) / 60 as unplanned_minutes,
        cast(planned_seconds as {{ casemart.type_double() }}) / 60 as planned_minutes,
        cast(longest_unplanned_seconds as {{ casemart.type_double() }}) / 60 as longest_interruption_minutes,
        {{ casemart.rate('(covered_seconds - unplanned_seconds)', 'covered_seconds') }} as availability_time_rate,
        {{ casemart.rate('(covered_seconds - unplanned_seconds - planned_seconds)', 'covered_seconds') }} as availability_time_rate_with_planned,
        {{ casemart.rate('uninterrupted_accounts', 'covered_accounts') }} as availability_account_rate
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {'availability_time_rate': 1, 'availability_account_rate': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    covered_pair_months,
    covered_seconds,
    unplanned_seconds,
    planned_seconds,
    covered_minutes,
    available_minutes,
    unplanned_minutes,
    planned_minutes,
    longest_interruption_minutes,
    availability_time_rate,
    availability_time_rate_target,
    availability_time_rate_gap,
    availability_time_rate_with_planned,
    covered_accounts,
    uninterrupted_accounts,
    interrupted_accounts,
    availability_account_rate,
    availability_account_rate_target,
    availability_account_rate_gap,
    {{ casemart.is_settled('period_end', 0) }} as is_complete
from targeted
