with
counted as (
    select
        period_grain,
        period_start,
        period_end,
        cast('element' as {{ casemart.type_of('string') }}) as segment_by,
        element as segment,
        count(*) as metrics,
        {{ casemart.count_where("status <> 'not_measured'") }} as measured_metrics,
        {{ casemart.count_where("status = 'attained'") }} as attained_metrics,
        {{ casemart.count_where("status = 'partly'") }} as partly_metrics,
        {{ casemart.count_where("status = 'missed'") }} as missed_metrics,
        {{ casemart.count_where("status = 'not_measured'") }} as not_measured_metrics,
        {{ casemart.count_where('not is_complete') }} as incomplete_metrics
    from {{ ref('casemart', 'support_excellence_metrics') }}
    group by period_grain, period_start, period_end, element
),

elements as (
    select
        *,
        case
            when 2 * measured_metrics < metrics then 'not_measured'
            when measured_metrics = 0 then 'not_measured'
            when attained_metrics = measured_metrics then 'attained'
            when missed_metrics = measured_metrics then 'missed'
            else 'partly'
        end as status
    from counted
),

-- Excellence is the balance: attained only when every element is.
totals as (
    select
        period_grain,
        period_start,
        period_end,
        cast('all' as {{ casemart.type_of('string') }}) as segment_by,
        cast('all' as {{ casemart.type_of('string') }}) as segment,
        cast(sum(metrics) as bigint) as metrics,
        cast(sum(measured_metrics) as bigint) as measured_metrics,
        cast(sum(attained_metrics) as bigint) as attained_metrics,
        cast(sum(partly_metrics) as bigint) as partly_metrics,
        cast(sum(missed_metrics) as bigint) as missed_metrics,
        cast(sum(not_measured_metrics) as bigint) as not_measured_metrics,
        cast(sum(incomplete_metrics) as bigint) as incomplete_metrics,
        case
            when min(case when status = 'attained' then 1 else 0 end) = 1 then 'attained'
            when min(case when status = 'not_measured' then 1 else 0 end) = 1 then 'not_measured'
            when min(case when status in ('missed', 'not_measured') then 1 else 0 end) = 1 then 'missed'
            else 'partly'
        end as status
    from elements
    group by period_grain, period_start, period_end
),

all_rows as (
    select * from elements
    union all
    select * from totals
),

rated as (
    select
        *,
        {{ casemart.rate('attained_metrics', 'measured_metrics') }} as support_excellence
    from all_rows
),

targeted as (
    {{ casemart.with_targets('rated', {'support_excellence': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    status,
    metrics,
    measured_metrics,
    attained_metrics,
    partly_metrics,
    missed_metrics,
    not_measured_metrics,
    support_excellence,
    support_excellence_target,
    support_excellence_gap,
    incomplete_metrics = 0 as is_complete
from targeted
