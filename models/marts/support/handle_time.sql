with
contacts as (
    select * from {{ ref('casemart', 'fct_handled_contacts') }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        count(*) as handled_contacts,
        {{ casemart.count_where("handle_state = 'measured'") }} as measured_contacts,
        {{ casemart.count_where("handle_state = 'derived'") }} as derived_contacts,
        {{ casemart.count_where("handle_state = 'missing'") }} as missing_contacts,
        {{ casemart.count_where('is_running') }} as running_contacts,
        {{ casemart.count_where('is_handle_time_partial') }} as partial_contacts,
        {{ casemart.count_where('handle_seconds is not null') }} as timed_contacts,
        cast(coalesce(sum(handle_seconds), 0) as bigint) as handle_seconds
    from ({{ casemart.in_periods('contacts', 'handled_on', casemart.case_segments() + ['topic']) }}) as contacts_by_period
    group by period_grain, period_start, period_end, segment_by, segment
),

outcomes as (
    {{ casemart.roll_up(ref('casemart', 'leaf_cases'), ['resolved', 'first_contact_cases']) }}
),

-- Shorter contacts must not be bought with unresolved ones: first contact resolution stands beside, with its own settlement.
rated as (
    select
        counted.*,
        {{ casemart.rate('counted.timed_contacts', 'counted.handled_contacts') }} as handle_time_coverage,
        {{ casemart.rate('counted.handle_seconds', 'counted.timed_contacts') }} as average_handle_time,
        {{ casemart.handled_hours('counted.handle_seconds', 'counted.timed_contacts', 'counted.handled_contacts') }} as handled_hours,
        {{ casemart.rate('outcomes.resolved', 'outcomes.first_contact_cases') }} as first_contact_resolution,
        {{ casemart.is_settled('counted.period_end', var('casemart_fcr_settlement_days')) }} as is_first_contact_resolution_complete,
        {{ casemart.is_settled('counted.period_end', 0) }} and counted.running_contacts = 0 as is_complete
    from counted
    {{ casemart.join_cells('outcomes', 'counted') }}
),

targeted as (
    {{ casemart.with_targets('rated', {'average_handle_time': 0}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    handled_contacts,
    measured_contacts,
    derived_contacts,
    missing_contacts,
    running_contacts,
    partial_contacts,
    timed_contacts,
    handle_time_coverage,
    handle_seconds,
    average_handle_time,
    average_handle_time_target,
    average_handle_time_gap,
    handled_hours,
    first_contact_resolution,
    is_first_contact_resolution_complete,
    is_complete
from targeted
