-- Additive counts of months sum to those of quarters and years, segment by segment.
with
measures as (
    {{ casemart.unpivoted(is_flow_only=true) }}
),

months as (
    select
        longer.period_grain,
        longer.period_start,
        measures.segment_by,
        measures.segment,
        measures.measure,
        sum(measures.measure_value) as measure_value
    from measures
    inner join {{ ref('casemart', 'dim_periods') }} as longer
        on measures.period_start between longer.period_start and longer.period_end
    where measures.period_grain = 'month' and longer.period_grain in ('quarter', 'year')
    group by longer.period_grain, longer.period_start, measures.segment_by, measures.segment, measures.measure
)

select
    measures.period_grain,
    measures.period_start,
    measures.segment_by,
    measures.segment,
    measures.measure,
    measures.measure_value,
    months.measure_value as sum_of_months
from measures
left join months
    on
        measures.period_grain = months.period_grain
        and measures.period_start = months.period_start
        and measures.segment_by = months.segment_by
        and measures.segment = months.segment
        and measures.measure = months.measure
where
    measures.period_grain in ('quarter', 'year')
    and measures.measure_value <> coalesce(months.measure_value, 0)
    and {{ casemart.literal('month' in var('casemart_period_grains')) }}
