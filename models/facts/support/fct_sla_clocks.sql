with
open_stretches as (
    {{ casemart.open_stretches() }}
),

pauses as (
    select
        case_id,
        sla_metric,
        sum(pause_seconds) as all_pause_seconds,
        sum(case when is_before_due then pause_seconds end) as pause_seconds,
        max(case when is_before_due and is_running then 1 else 0 end) = 1 as is_pause_running
    from {{ ref('casemart', 'fct_sla_pauses') }}
    group by case_id, sla_metric
),

clocks as (
    select
        promises.*,
        cast(promises.target_seconds + coalesce(pauses.pause_seconds, 0) as decimal(18, 6)) as seconds_to_due,
        coalesce(pauses.all_pause_seconds, 0) as all_pause_seconds,
        coalesce(pauses.is_pause_running, false) as is_pause_running
    from {{ ref('casemart', 'fct_sla_promises') }} as promises
    left join pauses on promises.case_id = pauses.case_id and promises.sla_metric = pauses.sla_metric
),

due as (
    {{ casemart.with_business_due('clocks', 'started_at', 'seconds_to_due', 'business_due_at') }}
),

timed as (
    {{ casemart.with_business_seconds('due', {'open_seconds_used': ('started_at', 'stopped_at')}) }}
),

-- Known schedules, and until when they are open at last.
schedules as (
    select
        schedule,
        max(case when open_seconds > 0 then open_until_at end) as last_open_at
    from open_stretches
    group by schedule
),

-- While a pause runs, due is unknown.
judged as (
    select
        timed.*,
        case
            when timed.is_pause_running then null
            when timed.is_business_time then timed.business_due_at
            else {{ casemart.add_exact_seconds('timed.started_at', 'timed.seconds_to_due') }}
        end as due_at,
        timed.is_business_time and schedules.schedule is null as is_schedule_unknown,
        timed.is_business_time
        and (timed.is_pause_running or timed.business_due_at is null)
        and coalesce(schedules.last_open_at <= as_of.as_of_end_at, true) as is_never_open_again,
        as_of.as_of_end_at,
        service.account_id,
        service.first_closed_at,
        service.is_closed_without_contact
    from timed
    inner join {{ ref('casemart', 'fct_case_service') }} as service on timed.case_id = service.case_id
    cross join {{ ref('casemart', 'dim_as_of') }} as as_of
    left join schedules on timed.schedule = schedules.schedule
),

-- The first that fits. A clock whose due day is not over waits for it, even if it has stopped in time.
stated as (
    select
        *,
        case
            when target_seconds is null then 'no_target'
            when is_schedule_unknown or is_never_open_again then 'no_schedule'
            when is_pause_running then 'paused'
            when due_at is null or due_at >= as_of_end_at then 'running'
            when is_closed_without_contact and first_closed_at <= due_at then 'withdrawn'
            when stopped_at <= due_at then 'attained'
            else 'breached'
        end as sla_state
    from judged
),

dated as (
    select
        *,
        case when sla_state in ('attained', 'breached', 'withdrawn') then {{ casemart.local_day('due_at') }} end as due_on,
        case
            when sla_state in ('attained', 'breached', 'withdrawn') then due_at
            when sla_state in ('no_target', 'no_schedule') then started_at
            else as_of_end_at - interval '1 second'
        end as dated_at
    from stated
),

-- An agent who came after the dating day would change a finished period.
with_agent as (
    select
        dated.*,
        {{ casemart.agent_contact_by(casemart.local_day('dated.dated_at')) }} as agent_interaction_id
    from dated
    {{ casemart.join_first_contacts('dated') }}
),

segmented as (
    {{ casemart.with_case_segments('with_agent') }}
)

select
    case_id,
    account_id,
    sla_metric,
    sla_state,
    case sla_state when 'attained' then true when 'breached' then false end as is_attained,
    sla_state in ('running', 'paused') and stopped_at is not null as is_attained_so_far,
    case when sla_state in ('no_target', 'no_schedule') then started_on else due_on end as dated_on,
    due_on,
    case when sla_state not in ('no_target', 'no_schedule') then due_at end as due_at,
    started_at,
    started_on,
    stopped_at,
    schedule,
    priority_at_start,
    target_minutes,
    is_business_time,
    pauses_on_customer,
    seconds_to_due,
    cast(
        case
            when target_seconds is null or is_schedule_unknown then null
            when stopped_at <= started_at then 0
            when is_business_time then open_seconds_used - all_pause_seconds
            else {{ casemart.exact_seconds('started_at', 'stopped_at') }} - all_pause_seconds
        end as decimal(18, 6)
    ) as used_seconds,
    case when sla_state = 'breached' then {{ casemart.exact_seconds('due_at', 'stopped_at') }} end as late_seconds,
    product,
    queue,
    channel,
    delivery_model,
    priority,
    case_type,
    topic,
    team,
    site,
    shift,
    account_segment,
    region
from segmented
