-- Additive counts of the segments of a dimension sum to the total of the period.
with
measures as (
    {{ casemart.unpivoted() }}
),

sums as (
    select
        period_grain,
        period_start,
        measure,
        segment_by,
        sum(measure_value) as measure_value
    from measures
    group by period_grain, period_start, measure, segment_by
)

select
    sums.period_grain,
    sums.period_start,
    sums.measure,
    sums.segment_by,
    sums.measure_value,
    totals.measure_value as total
from sums
inner join sums as totals
    on
        sums.period_grain = totals.period_grain
        and sums.period_start = totals.period_start
        and sums.measure = totals.measure
        and totals.segment_by = 'all'
where sums.measure_value <> totals.measure_value
