-- Where each metric of an element stands. Beyond the optimal level is still attained: excellence is the optimum, not the maximum.
with
-- Which metrics an element has is the user's own choice, so any metric may be read here.
metric_values as (
    select * from {{ ref('casemart', 'mart_values') }}
    where period_grain <> 'week'
),

elements as (
    select
        elements.element,
        elements.metric,
        elements.segment_by,
        elements.segment,
        catalog.label,
        catalog.unit,
        catalog.mart,
        catalog.direction
    from {{ ref('casemart', 'excellence_elements') }} as elements
    inner join {{ ref('casemart', 'metric_catalog') }} as catalog on elements.metric = catalog.metric
),

-- Periods in which at least one of them has a row.
periods as (
    select distinct
        metric_values.period_grain,
        metric_values.period_start,
        metric_values.period_end
    from metric_values
    inner join elements
        on
            metric_values.metric = elements.metric
            and metric_values.segment_by = elements.segment_by
            and metric_values.segment = elements.segment
),

-- Where a metric has no row, none is to come once a later period of it is complete.
last_complete as (
    select
        metric,
        segment_by,
        segment,
        period_grain,
        max(period_start) as period_start
    from metric_values
    where is_complete
    group by metric, segment_by, segment, period_grain
),

empty_tables as (
    select
        inputs.mart,
        {{ casemart.joined_text('inputs.table_name', ', ') }} as missing_tables
    from {{ ref('casemart', 'mart_inputs') }} as inputs
    inner join {{ ref('casemart', 'dim_raw_tables') }} as tables on inputs.table_name = tables.table_name
    where tables.row_count = 0
    group by inputs.mart
),

-- Where neither direction is good, a target is an upper limit.
compared as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        elements.element,
        elements.metric,
        elements.label,
        elements.unit,
        elements.segment_by as metric_segment_by,
        elements.segment as metric_segment,
        metric_values.value as metric_value,
        cast(targets.target as {{ casemart.type_double() }}) as target,
        cast(targets.optimal as {{ casemart.type_double() }}) as optimal,
        empty_tables.missing_tables,
        case when elements.direction = 1 then 1 else -1 end * metric_values.value as good_value,
        case when elements.direction = 1 then 1 else -1 end * cast(targets.target as {{ casemart.type_double() }}) as good_target,
        case when elements.direction = 1 then 1 else -1 end * cast(targets.optimal as {{ casemart.type_double() }}) as good_optimal,
        coalesce(
            metric_values.is_complete,
            periods.period_start < last_complete.period_start or empty_tables.missing_tables is not null,
            false
        ) as is_complete
    from periods
    cross join elements
    left join metric_values
        on
            periods.period_grain = metric_values.period_grain
            and periods.period_start = metric_values.period_start
            and elements.metric = metric_values.metric
            and elements.segment_by = metric_values.segment_by
            and elements.segment = metric_values.segment
    left join last_complete
        on
            periods.period_grain = last_complete.period_grain
            and elements.metric = last_complete.metric
            and elements.segment_by = last_complete.segment_by
            and elements.segment = last_complete.segment
    left join {{ ref('casemart', 'metric_targets') }} as targets
        on
            elements.metric = targets.metric
            and elements.segment_by = targets.segment_by
            and elements.segment = targets.segment
            and (targets.valid_from is null or periods.period_end >= targets.valid_from)
            and (targets.valid_to is null or periods.period_end < targets.valid_to)
    left join empty_tables on elements.mart = empty_tables.mart
)

select
    period_grain,
    period_start,
    period_end,
    element,
    metric,
    label,
    unit,
    metric_segment_by,
    metric_segment,
    metric_value,
    target,
    optimal,
    case
        when metric_value is null or coalesce(target, optimal) is null then 'not_measured'
        when good_value >= coalesce(good_optimal, good_target) then 'attained'
        when good_value >= good_target then 'partly'
        else 'missed'
    end as status,
    case
        when metric_value is null and missing_tables is not null then 'no rows in ' || missing_tables
        when metric_value is null then 'no value in this period'
        when coalesce(target, optimal) is null then 'no target in metric_targets'
    end as not_measured_reason,
    is_complete
from compared
