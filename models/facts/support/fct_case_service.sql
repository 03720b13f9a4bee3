with
open_stretches as (
    {{ casemart.open_stretches() }}
),

-- The schedule in force at the opening holds for the whole case.
cases as (
    select
        lifecycles.case_id,
        lifecycles.account_id,
        lifecycles.opened_at,
        lifecycles.opened_on,
        lifecycles.first_closed_at,
        lifecycles.first_closed_on,
        lifecycles.is_closed,
        lifecycles.is_closed_undated,
        coalesce(
            {{ casemart.field_at('schedule', 'schedule_then', 'lifecycles') }}, '{{ var("casemart_default_schedule") | lower }}'
        ) as schedule
    from {{ ref('casemart', 'fct_case_lifecycles') }} as lifecycles
    left join {{ ref('casemart', 'fct_case_field_periods') }} as schedule_then
        on
            lifecycles.case_id = schedule_then.case_id
            and schedule_then.field = 'schedule'
            and lifecycles.opened_at >= schedule_then.valid_from_at
            and lifecycles.opened_at < schedule_then.valid_to_at
    where lifecycles.is_counted
),

-- A person answered, qualified or not; of several at one instant the lowest id.
first_moments as (
    select
        case_id,
        min(occurred_at) as first_response_at
    from {{ ref('casemart', 'fct_interactions') }}
    where is_agent_interaction
    group by case_id
),

first_responses as (
    select
        first_moments.case_id,
        first_moments.first_response_at,
        min(interactions.interaction_id) as first_response_interaction_id
    from first_moments
    inner join {{ ref('casemart', 'fct_interactions') }} as interactions
        on
            first_moments.case_id = interactions.case_id
            and first_moments.first_response_at = interactions.occurred_at
            and interactions.is_agent_interaction
    group by first_moments.case_id, first_moments.first_response_at
),

-- The resolution is the first moment of one that no reopening undoes.
resolutions as (
    select
        case_id,
        min(resolved_at) as first_resolution_moment_at,
        min(case when not is_undone then resolved_at end) as resolution_at,
        min(case when not is_undone then resolved_on end) as resolution_on
    from {{ ref('casemart', 'fct_resolution_moments') }}
    group by case_id
),

joined as (
    select
        cases.*,
        first_responses.first_response_at,
        first_responses.first_response_interaction_id,
        resolutions.first_resolution_moment_at,
        resolutions.resolution_at,
        resolutions.resolution_on,
        cases.first_closed_at is not null and coalesce(first_responses.first_response_at > cases.first_closed_at, true) as is_closed_without_contact
    from cases
    left join first_responses on cases.case_id = first_responses.case_id
    left join resolutions on cases.case_id = resolutions.case_id
),

-- Closed without contact: no one solved anything. A closing after the resolution has settled comes too late to say so.
stated as (
    select
        *,
        case
            when first_response_at is not null then 'responded'
            when is_closed or is_closed_undated then 'none'
            else 'waiting'
        end as first_response_state,
        case
            when
                is_closed_without_contact
                and coalesce({{ casemart.days_between('resolution_on', 'first_closed_on') }} <= {{ var('casemart_reopen_window_days') }}, true)
                then 'no_contact'
            when resolution_at is null and is_closed_undated then 'closed_undated'
            when resolution_at is null then 'open'
            when {{ casemart.is_settled('resolution_on', var('casemart_reopen_window_days')) }} then 'resolved'
            else 'provisional'
        end as resolution_state
    from joined
),

resolved as (
    select
        *,
        case when resolution_state in ('resolved', 'provisional') then resolution_at end as resolved_at,
        case when resolution_state in ('resolved', 'provisional') then resolution_on end as resolved_on
    from stated
),

timed as (
    {{ casemart.with_business_seconds('resolved', {
        'response_open_seconds': ('opened_at', 'first_response_at'),
        'resolution_open_seconds': ('opened_at', 'resolved_at'),
    }) }}
),

-- An answer before the opening took no time; a resolution before it cannot be.
measured as (
    select
        *,
        case
            when first_response_at < opened_at then cast(0 as decimal(18, 6))
            else {{ casemart.exact_seconds('opened_at', 'first_response_at') }}
        end as first_response_seconds,
        response_open_seconds as first_response_business_seconds,
        case when resolved_at >= opened_at then {{ casemart.exact_seconds('opened_at', 'resolved_at') }} end as resolution_seconds,
        case when resolved_at >= opened_at then resolution_open_seconds end as resolution_business_seconds
    from timed
),

customer_waits as (
    select
        resolved.case_id,
        cast(sum(
            {{ casemart.exact_seconds('greatest(pauses.paused_at, resolved.opened_at)', 'least(pauses.resumed_at, resolved.resolved_at)') }}
        ) as decimal(18, 6)) as customer_wait_seconds
    from resolved
    inner join {{ ref('casemart', 'fct_case_pauses') }} as pauses
        on
            resolved.case_id = pauses.case_id
            and resolved.resolved_at > pauses.paused_at
            and (pauses.resumed_at is null or resolved.opened_at < pauses.resumed_at)
    where resolved.resolved_at > resolved.opened_at
    group by resolved.case_id
)

select
    measured.case_id,
    measured.account_id,
    measured.schedule,
    measured.opened_at,
    measured.opened_on,
    measured.first_response_state,
    measured.first_response_at,
    {{ casemart.local_day('measured.first_response_at') }} as first_response_on,
    measured.first_response_interaction_id,
    coalesce(measured.first_response_at < measured.opened_at, false) as is_response_before_opening,
    measured.first_response_seconds,
    {{ casemart.minutes_of('measured.first_response_seconds') }} as first_response_minutes,
    measured.first_response_business_seconds,
    {{ casemart.minutes_of('measured.first_response_business_seconds') }} as first_response_business_minutes,
    measured.first_closed_at,
    measured.first_closed_on,
    measured.is_closed_without_contact,
    measured.resolution_state,
    measured.first_resolution_moment_at,
    measured.resolved_at,
    measured.resolved_on,
    measured.resolution_seconds,
    {{ casemart.minutes_of('measured.resolution_seconds') }} as resolution_minutes,
    measured.resolution_business_seconds,
    {{ casemart.minutes_of('measured.resolution_business_seconds') }} as resolution_business_minutes,
    case when measured.resolution_seconds is not null then coalesce(customer_waits.customer_wait_seconds, 0) end as customer_wait_seconds,
    {{ casemart.minutes_of(
        'case when measured.resolution_seconds is not null then coalesce(customer_waits.customer_wait_seconds, 0) end'
    ) }} as customer_wait_minutes,
    reopenings.reopened_at,
    reopenings.reopening_state,
    reopenings.is_reopened,
    coalesce(reopenings.is_reopened_so_far, false) as is_reopened_so_far
from measured
left join customer_waits on measured.case_id = customer_waits.case_id
left join {{ ref('casemart', 'fct_case_reopenings') }} as reopenings on measured.case_id = reopenings.case_id
