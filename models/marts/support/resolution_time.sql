with
resolutions as (
    select * from {{ ref('casemart', 'fct_case_resolutions') }}
),

resolutions_in_periods as (
    {{ casemart.in_periods('resolutions', 'resolved_on', casemart.case_segments() + ['topic']) }}
),

resolved as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as resolved_cases,
        {{ casemart.count_where("resolution_state = 'provisional'") }} as provisional_cases,
        count(resolution_seconds) as timed_cases,
        count(resolution_business_seconds) as business_timed_cases,
        sum(resolution_seconds) as resolution_seconds,
        sum(resolution_business_seconds) as resolution_business_seconds,
        sum(customer_wait_seconds) as customer_wait_seconds,
        {{ casemart.percentile(0.5, 'resolution_minutes') }} as resolution_minutes_median,
        {{ casemart.percentile(0.9, 'resolution_minutes') }} as resolution_minutes_p90,
        {{ casemart.percentile(0.5, 'resolution_business_minutes') }} as resolution_business_minutes_median,
        {{ casemart.percentile(0.9, 'resolution_business_minutes') }} as resolution_business_minutes_p90
    from resolutions_in_periods
    group by period_grain, period_start, segment_by, segment
),

-- Cases by their first closing: whether the solution lasted, and whether anybody served them at all.
closings as (
    select
        closings.*,
        service.resolution_state,
        service.reopening_state,
        service.is_reopened,
        service.is_reopened_so_far
    from {{ ref('casemart', 'fct_case_closings') }} as closings
    inner join {{ ref('casemart', 'fct_case_service') }} as service on closings.case_id = service.case_id
),

closings_in_periods as (
    {{ casemart.in_periods('closings', 'first_closed_on', casemart.case_segments() + ['topic']) }}
),

closed as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as first_closed_cases,
        {{ casemart.count_where("resolution_state = 'no_contact'") }} as no_contact_cases,
        {{ casemart.count_where('is_reopened is not null') }} as settled_closed_cases,
        {{ casemart.count_where('is_reopened') }} as reopened_cases,
        {{ casemart.count_where('is_reopened_so_far') }} as reopened_so_far_cases
    from closings_in_periods
    group by period_grain, period_start, segment_by, segment
),

cells as (
    {{ casemart.cells_of('resolved') }}
    union
    {{ casemart.cells_of('closed') }}
),

measured as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        cells.segment_by,
        cells.segment,
        coalesce(resolved.resolved_cases, 0) as resolved_cases,
        coalesce(resolved.provisional_cases, 0) as provisional_cases,
        coalesce(resolved.timed_cases, 0) as timed_cases,
        coalesce(resolved.business_timed_cases, 0) as business_timed_cases,
        {{ casemart.minutes_of('resolved.resolution_seconds') }} as resolution_minutes_total,
        resolved.resolution_minutes_median as resolution_minutes,
        resolved.resolution_minutes_median,
        resolved.resolution_minutes_p90,
        {{ casemart.rate('resolved.resolution_seconds', '(60 * resolved.timed_cases)') }} as resolution_minutes_mean,
        {{ casemart.minutes_of('resolved.resolution_business_seconds') }} as resolution_business_minutes_total,
        resolved.resolution_business_minutes_median as resolution_business_minutes,
        resolved.resolution_business_minutes_median,
        resolved.resolution_business_minutes_p90,
        {{ casemart.rate('resolved.resolution_business_seconds', '(60 * resolved.business_timed_cases)') }} as resolution_business_minutes_mean,
        {{ casemart.rate('resolved.customer_wait_seconds', '(60 * resolved.timed_cases)') }} as customer_wait_minutes_mean,
        coalesce(closed.first_closed_cases, 0) as first_closed_cases,
        coalesce(closed.no_contact_cases, 0) as no_contact_cases,
        coalesce(closed.settled_closed_cases, 0) as settled_closed_cases,
        coalesce(closed.reopened_cases, 0) as reopened_cases,
        coalesce(closed.reopened_so_far_cases, 0) as reopened_so_far_cases,
        {{ casemart.rate('closed.reopened_cases', 'closed.settled_closed_cases') }} as reopen_rate
    from cells
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on cells.period_grain = periods.period_grain and cells.period_start = periods.period_start
    {{ casemart.join_cells('resolved', 'cells') }}
    {{ casemart.join_cells('closed', 'cells') }}
),

targeted as (
    {{ casemart.with_targets('measured', {
        'resolution_minutes': -1,
        'resolution_minutes_median': -1,
        'resolution_minutes_p90': -1,
        'resolution_minutes_mean': -1,
        'resolution_business_minutes': -1,
        'resolution_business_minutes_median': -1,
        'resolution_business_minutes_p90': -1,
        'resolution_business_minutes_mean': -1,
        'reopen_rate': -1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    resolved_cases,
    provisional_cases,
    timed_cases,
    business_timed_cases,
    resolution_minutes_total,
    resolution_minutes,
    resolution_minutes_target,
    resolution_minutes_gap,
    resolution_minutes_median,
    resolution_minutes_median_target,
    resolution_minutes_median_gap,
    resolution_minutes_p90,
    resolution_minutes_p90_target,
    resolution_minutes_p90_gap,
    resolution_minutes_mean,
    resolution_minutes_mean_target,
    resolution_minutes_mean_gap,
    resolution_business_minutes_total,
    resolution_business_minutes,
    resolution_business_minutes_target,
    resolution_business_minutes_gap,
    resolution_business_minutes_median,
    resolution_business_minutes_median_target,
    resolution_business_minutes_median_gap,
    resolution_business_minutes_p90,
    resolution_business_minutes_p90_target,
    resolution_business_minutes_p90_gap,
    resolution_business_minutes_mean,
    resolution_business_minutes_mean_target,
    resolution_business_minutes_mean_gap,
    customer_wait_minutes_mean,
    first_closed_cases,
    no_contact_cases,
    settled_closed_cases,
    reopened_cases,
    reopened_so_far_cases,
    reopen_rate,
    reopen_rate_target,
    reopen_rate_gap,
    {{ casemart.is_settled('period_end', var('casemart_reopen_window_days')) }} as is_complete
from targeted
