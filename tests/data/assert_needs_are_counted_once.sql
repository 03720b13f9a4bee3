-- A need is a counted case, or an entitled session that led to none; who met it sums to their number, in each row and over the months.
with
cases as (
    select count(*) as needs from {{ ref('casemart', 'fct_case_openings') }}
),

sessions as (
    select
        count(*) as sessions,
        {{ casemart.count_where('observed_case_id is not null') }} as tied_sessions
    from {{ ref('casemart', 'fct_self_help_sessions') }}
    where entitlement = 'entitled'
),

events as (
    select
        count(*) as needs,
        coalesce(sum(tied_sessions), 0) as tied_sessions
    from {{ ref('casemart', 'fct_service_events') }}
),

months as (
    select coalesce(sum(events), 0) as needs
    from {{ ref('casemart', 'automation') }}
    where period_grain = 'month' and segment_by = 'all'
)

select
    segment_by || ' ' || segment as segment,
    period_grain,
    period_start
from {{ ref('casemart', 'automation') }}
where
    events <> case_events + session_events
    or events <> handled_events + unhandled_events + undetermined_events
    or handled_events <> automated_events + personal_events

union all

select
    'all' as segment,
    'month' as period_grain,
    cast(null as date) as period_start
from cases
cross join sessions
cross join events
cross join months
where
    events.needs + events.tied_sessions <> cases.needs + sessions.sessions
    or events.tied_sessions <> coalesce(sessions.tied_sessions, 0)
    or (months.needs <> events.needs and {{ casemart.literal('month' in var('casemart_period_grains')) }})
