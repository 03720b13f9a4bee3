with
clocks as (
    select * from {{ ref('casemart', 'fct_sla_clocks') }}
),

clocks_in_periods as (
    {{ casemart.in_periods('clocks', 'dated_on', casemart.case_segments() + ['topic', 'sla_metric']) }}
),

period_ends as (
    select
        period_grain,
        period_start,
        period_end,
        {{ casemart.local_midnight(casemart.add_days('stock_on', 1)) }} as ends_at
    from {{ ref('casemart', 'dim_periods') }}
),

-- How late, up to the end of the period: a clock that ran on beyond it must not change a period that is over.
late_clocks as (
    select
        clocks.*,
        case
            when clocks.sla_state = 'breached'
                then {{ casemart.minutes_of(casemart.exact_seconds('clocks.due_at', 'least(clocks.stopped_at, period_ends.ends_at)')) }}
        end as late_minutes
    from clocks_in_periods as clocks
    inner join period_ends on clocks.period_grain = period_ends.period_grain and clocks.period_start = period_ends.period_start
),

flows as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        {{ casemart.count_where("sla_state = 'attained'") }} as attained_clocks,
        {{ casemart.count_where("sla_state = 'breached'") }} as breached_clocks,
        {{ casemart.count_where('is_attained is not null') }} as judged_clocks,
        {{ casemart.count_where("sla_state = 'withdrawn'") }} as withdrawn_clocks,
        {{ casemart.count_where("sla_state = 'no_target'") }} as no_target_clocks,
        {{ casemart.count_where("sla_state = 'no_schedule'") }} as no_schedule_clocks,
        {{ casemart.percentile(0.5, 'late_minutes') }} as late_minutes_median
    from late_clocks
    group by period_grain, period_start, segment_by, segment
),

running as (
    select * from {{ ref('casemart', 'fct_running_sla_clocks') }}
),

running_by_segment as (
    {{ casemart.by_segments('running', casemart.case_segments() + ['topic', 'sla_metric'], 'stock_on') }}
),

stocks as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        {{ casemart.count_where("sla_state = 'running'") }} as running_clocks,
        {{ casemart.count_where("sla_state = 'paused'") }} as paused_clocks,
        {{ casemart.count_where('is_attained_so_far') }} as attained_so_far_clocks
    from running_by_segment
    group by period_grain, period_start, segment_by, segment
),

cells as (
    {{ casemart.cells_of('flows') }}
    union
    {{ casemart.cells_of('stocks') }}
),

measured as (
    select
        period_ends.period_grain,
        period_ends.period_start,
        period_ends.period_end,
        cells.segment_by,
        cells.segment,
        {{ casemart.counts_or_zero('flows', [
            'attained_clocks', 'breached_clocks', 'judged_clocks', 'withdrawn_clocks', 'no_target_clocks', 'no_schedule_clocks',
        ]) }},
        {{ casemart.counts_or_zero('stocks', ['running_clocks', 'paused_clocks', 'attained_so_far_clocks']) }},
        flows.late_minutes_median,
        {{ casemart.rate('flows.attained_clocks', 'flows.judged_clocks') }} as sla_attainment
    from cells
    inner join period_ends on cells.period_grain = period_ends.period_grain and cells.period_start = period_ends.period_start
    {{ casemart.join_cells('flows', 'cells') }}
    {{ casemart.join_cells('stocks', 'cells') }}
),

targeted as (
    {{ casemart.with_targets('measured', {'sla_attainment': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    attained_clocks,
    breached_clocks,
    judged_clocks,
    withdrawn_clocks,
    no_target_clocks,
    no_schedule_clocks,
    running_clocks,
    paused_clocks,
    attained_so_far_clocks,
    late_minutes_median,
    sla_attainment,
    sla_attainment_target,
    sla_attainment_gap,
    {{ casemart.is_settled('period_end', 0) }} as is_complete
from targeted
