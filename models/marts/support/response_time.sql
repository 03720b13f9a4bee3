with
responses as (
    select * from {{ ref('casemart', 'fct_case_responses') }}
),

responses_in_periods as (
    {{ casemart.in_periods('responses', 'first_response_on', casemart.case_segments() + ['topic']) }}
),

flows as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as responded_cases,
        {{ casemart.count_where('is_response_before_opening') }} as responded_before_opening_cases,
        count(first_response_business_seconds) as business_responded_cases,
        sum(first_response_seconds) as first_response_seconds,
        sum(first_response_business_seconds) as first_response_business_seconds,
        {{ casemart.percentile(0.5, 'first_response_minutes') }} as first_response_minutes_median,
        {{ casemart.percentile(0.9, 'first_response_minutes') }} as first_response_minutes_p90,
        {{ casemart.percentile(0.5, 'first_response_business_minutes') }} as first_response_business_minutes_median,
        {{ casemart.percentile(0.9, 'first_response_business_minutes') }} as first_response_business_minutes_p90
    from responses_in_periods
    group by period_grain, period_start, segment_by, segment
),

-- Who still waits at the end of the period's last day.
waiting as (
    select * from {{ ref('casemart', 'fct_awaiting_first_response') }}
),

waiting_by_segment as (
    {{ casemart.by_segments('waiting', casemart.case_segments() + ['topic'], 'stock_on') }}
),

stocks as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as waiting_cases,
        max(wait_seconds) as oldest_wait_seconds
    from waiting_by_segment
    group by period_grain, period_start, segment_by, segment
),

cells as (
    {{ casemart.cells_of('flows') }}
    union
    {{ casemart.cells_of('stocks') }}
),

measured as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        cells.segment_by,
        cells.segment,
        coalesce(flows.responded_cases, 0) as responded_cases,
        coalesce(flows.responded_before_opening_cases, 0) as responded_before_opening_cases,
        coalesce(flows.business_responded_cases, 0) as business_responded_cases,
        {{ casemart.minutes_of('flows.first_response_seconds') }} as first_response_minutes_total,
        flows.first_response_minutes_median as first_response_minutes,
        flows.first_response_minutes_median,
        flows.first_response_minutes_p90,
        {{ casemart.rate('flows.first_response_seconds', '(60 * flows.responded_cases)') }} as first_response_minutes_mean,
        {{ casemart.minutes_of('flows.first_response_business_seconds') }} as first_response_business_minutes_total,
        flows.first_response_business_minutes_median as first_response_business_minutes,
        flows.first_response_business_minutes_median,
        flows.first_response_business_minutes_p90,
        {{ casemart.rate('flows.first_response_business_seconds', '(60 * flows.business_responded_cases)') }} as first_response_business_minutes_mean,
        coalesce(stocks.waiting_cases, 0) as waiting_cases,
        {{ casemart.minutes_of('stocks.oldest_wait_seconds') }} as oldest_wait_minutes
    from cells
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on cells.period_grain = periods.period_grain and cells.period_start = periods.period_start
    {{ casemart.join_cells('flows', 'cells') }}
    {{ casemart.join_cells('stocks', 'cells') }}
),

targeted as (
    {{ casemart.with_targets('measured', {
        'first_response_minutes': -1,
        'first_response_minutes_median': -1,
        'first_response_minutes_p90': -1,
        'first_response_minutes_mean': -1,
        'first_response_business_minutes': -1,
        'first_response_business_minutes_median': -1,
        'first_response_business_minutes_p90': -1,
        'first_response_business_minutes_mean': -1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    responded_cases,
    responded_before_opening_cases,
    business_responded_cases,
    waiting_cases,
    oldest_wait_minutes,
    first_response_minutes_total,
    first_response_minutes,
    first_response_minutes_target,
    first_response_minutes_gap,
    first_response_minutes_median,
    first_response_minutes_median_target,
    first_response_minutes_median_gap,
    first_response_minutes_p90,
    first_response_minutes_p90_target,
    first_response_minutes_p90_gap,
    first_response_minutes_mean,
    first_response_minutes_mean_target,
    first_response_minutes_mean_gap,
    first_response_business_minutes_total,
    first_response_business_minutes,
    first_response_business_minutes_target,
    first_response_business_minutes_gap,
    first_response_business_minutes_median,
    first_response_business_minutes_median_target,
    first_response_business_minutes_median_gap,
    first_response_business_minutes_p90,
    first_response_business_minutes_p90_target,
    first_response_business_minutes_p90_gap,
    first_response_business_minutes_mean,
    first_response_business_minutes_mean_target,
    first_response_business_minutes_mean_gap,
    {{ casemart.is_settled('period_end', 0) }} as is_complete
from targeted
