with
-- A clock starts at the opening; priority and schedule of that moment hold for as long as it runs.
cases as (
    select
        service.case_id,
        service.opened_at,
        service.opened_on,
        service.schedule,
        {{ casemart.field_at('priority', 'priority_then', 'lifecycles') }} as priority,
        service.first_response_at,
        service.first_resolution_moment_at
    from {{ ref('casemart', 'fct_case_service') }} as service
    inner join {{ ref('casemart', 'fct_case_lifecycles') }} as lifecycles on service.case_id = lifecycles.case_id
    left join {{ ref('casemart', 'fct_case_field_periods') }} as priority_then
        on
            service.case_id = priority_then.case_id
            and priority_then.field = 'priority'
            and service.opened_at >= priority_then.valid_from_at
            and service.opened_at < priority_then.valid_to_at
),

targets as (
    select
        sla_metric,
        lower(nullif(priority, '')) as priority,
        lower(nullif(schedule, '')) as schedule,
        target_minutes,
        is_business_time,
        -- Of a first response nothing has been asked of the customer yet.
        pauses_on_customer and sla_metric = 'resolution' as pauses_on_customer,
        valid_from,
        valid_to
    from {{ ref('casemart', 'sla_targets') }}
),

sla_metrics as (
    select distinct sla_metric from targets
),

situations as (
    select distinct
        sla_metrics.sla_metric,
        coalesce(cases.priority, '') as priority,
        cases.schedule,
        cases.opened_on
    from cases
    cross join sla_metrics
),

-- Of the targets that fit on the day, the most specific: priority counts before schedule, then the latest version.
ranked as (
    select
        situations.*,
        targets.target_minutes,
        targets.is_business_time,
        targets.pauses_on_customer,
        row_number() over (
            partition by situations.sla_metric, situations.priority, situations.schedule, situations.opened_on
            order by
                case when targets.priority is null then 1 else 0 end,
                case when targets.schedule is null then 1 else 0 end,
                targets.valid_from desc nulls last
        ) as target_rank
    from situations
    inner join targets
        on
            situations.sla_metric = targets.sla_metric
            and (targets.priority is null or situations.priority = targets.priority)
            and (targets.schedule is null or situations.schedule = targets.schedule)
            and (targets.valid_from is null or situations.opened_on >= targets.valid_from)
            and (targets.valid_to is null or situations.opened_on < targets.valid_to)
)

select
    cases.case_id,
    sla_metrics.sla_metric,
    cases.priority as priority_at_start,
    cases.schedule,
    cases.opened_at as started_at,
    cases.opened_on as started_on,
    case sla_metrics.sla_metric when 'first_response' then cases.first_response_at else cases.first_resolution_moment_at end as stopped_at,
    cast(ranked.target_minutes as decimal(18, 4)) as target_minutes,
    cast(ranked.target_minutes * 60 as decimal(18, 6)) as target_seconds,
    ranked.is_business_time,
    ranked.pauses_on_customer
from cases
cross join sla_metrics
left join ranked
    on
        sla_metrics.sla_metric = ranked.sla_metric
        and coalesce(cases.priority, '') = ranked.priority
        and cases.schedule = ranked.schedule
        and cases.opened_on = ranked.opened_on
        and ranked.target_rank = 1
