-- Open time from the start of a clock to its due moment, pauses taken off, is its target.
with
open_stretches as (
    {{ casemart.open_stretches() }}
),

clocks as (
    select *
    from {{ ref('casemart', 'fct_sla_clocks') }}
    where is_business_time and due_at is not null
),

pauses as (
    select
        case_id,
        sla_metric,
        sum(pause_seconds) as pause_seconds
    from {{ ref('casemart', 'fct_sla_pauses') }}
    where is_before_due
    group by case_id, sla_metric
),

spans as (
    {{ casemart.with_business_seconds('clocks', {'seconds_run': ('started_at', 'due_at')}) }}
)

select
    spans.case_id,
    spans.sla_metric,
    spans.target_minutes,
    spans.seconds_run,
    pauses.pause_seconds
from spans
left join pauses on spans.case_id = pauses.case_id and spans.sla_metric = pauses.sla_metric
where spans.seconds_run - coalesce(pauses.pause_seconds, 0) <> spans.target_minutes * 60
