with
cases as (
    select
        case_id,
        first_closed_at
    from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted
),

-- Where a case is held to be solved, and where it is taken up again. A closing that only a column tells is one of them.
markers as (
    select
        events.case_id,
        events.occurred_at,
        events.tie_order,
        events.event_type
    from {{ ref('casemart', 'fct_case_events') }} as events
    inner join cases on events.case_id = cases.case_id
    where events.event_type in ('resolved', 'resolution_confirmed', 'no_further_action', 'closed', 'reopened')

    union

    select
        case_id,
        first_closed_at as occurred_at,
        6 as tie_order,
        'closed' as event_type
    from cases
    where first_closed_at is not null
),

followed as (
    select
        *,
        min(case when event_type = 'reopened' then occurred_at end) over (
            partition by case_id order by occurred_at, tie_order, event_type rows between 1 following and unbounded following
        ) as next_reopened_at
    from markers
),

dated as (
    select
        case_id,
        occurred_at as resolved_at,
        event_type as resolution,
        {{ casemart.local_day('occurred_at') }} as resolved_on,
        next_reopened_at,
        {{ casemart.local_day('next_reopened_at') }} as next_reopened_on
    from followed
    where event_type <> 'reopened'
)

select
    case_id,
    resolved_at,
    resolution,
    resolved_on,
    next_reopened_at,
    -- A reopening within the window undoes the resolution; a later one changes nothing.
    coalesce({{ casemart.days_between('resolved_on', 'next_reopened_on') }} <= {{ var('casemart_reopen_window_days') }}, false) as is_undone,
    {{ casemart.is_settled('resolved_on', var('casemart_reopen_window_days')) }} as is_settled
from dated
