with
open_stretches as (
    {{ casemart.open_stretches() }}
),

-- A pause lies within the life of its clock; one that nothing has ended lasts until the clock stops, else to the end of the as-of day.
pauses as (
    select
        promises.case_id,
        promises.sla_metric,
        promises.schedule,
        promises.is_business_time,
        promises.target_seconds,
        promises.started_at,
        greatest(pauses.paused_at, promises.started_at) as paused_at,
        least(pauses.resumed_at, promises.stopped_at, as_of.as_of_end_at) as resumed_at,
        pauses.resumed_at is null and promises.stopped_at is null as is_running
    from {{ ref('casemart', 'fct_sla_promises') }} as promises
    inner join {{ ref('casemart', 'fct_case_pauses') }} as pauses
        on
            promises.case_id = pauses.case_id
            and (promises.stopped_at is null or promises.stopped_at > pauses.paused_at)
            and (pauses.resumed_at is null or promises.started_at < pauses.resumed_at)
    cross join {{ ref('casemart', 'dim_as_of') }} as as_of
    where promises.pauses_on_customer and (promises.stopped_at is null or promises.stopped_at > promises.started_at)
),

in_business_time as (
    {{ casemart.with_business_seconds('pauses', {
        'open_seconds_before': ('started_at', 'paused_at'),
        'open_seconds': ('paused_at', 'resumed_at'),
    }) }}
),

in_clock_time as (
    select
        *,
        case when is_business_time then open_seconds_before else {{ casemart.exact_seconds('started_at', 'paused_at') }} end as seconds_before,
        case when is_business_time then open_seconds else {{ casemart.exact_seconds('paused_at', 'resumed_at') }} end as pause_seconds
    from in_business_time
),

-- What the clock had run when the pause began, earlier pauses taken off.
elapsed as (
    select
        *,
        cast(
            seconds_before - coalesce(sum(pause_seconds) over (
                partition by case_id, sla_metric order by paused_at rows between unbounded preceding and 1 preceding
            ), 0) as decimal(18, 6)
        ) as elapsed_seconds
    from in_clock_time
)

select
    case_id,
    sla_metric,
    paused_at,
    resumed_at,
    is_running,
    elapsed_seconds,
    cast(pause_seconds as decimal(18, 6)) as pause_seconds,
    -- Where the target had run out before, the pause moves nothing.
    elapsed_seconds < target_seconds as is_before_due
from elapsed
