-- Needs by the day they arose, and what customers said of them by the same day.
with
dated as (
    select
        occurred_on,
        event_kind,
        handled_by,
        is_automated,
        cast(null as {{ casemart.type_of('string') }}) as side,
        cast(null as boolean) as is_success,
        process,
        topic,
        product,
        channel,
        account_id,
        account_segment
    from {{ ref('casemart', 'fct_service_events') }}

    union all

    select
        occurred_on,
        event_kind,
        null as handled_by,
        null as is_automated,
        side,
        is_success,
        process,
        topic,
        product,
        channel,
        account_id,
        account_segment
    from {{ ref('casemart', 'fct_service_outcomes') }}
),

in_periods as (
    {{ casemart.in_periods('dated', 'occurred_on', casemart.automation_segments()) }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        {{ casemart.counts_of(casemart.automation_measures()) }}
    from in_periods
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('automated_events', 'handled_events') }} as automation_rate,
        {{ casemart.rate('automated_successes', 'automated_answers') }} as automated_success_rate,
        {{ casemart.wilson_low('automated_successes', 'automated_answers') }} as automated_success_rate_ci_low,
        {{ casemart.wilson_high('automated_successes', 'automated_answers') }} as automated_success_rate_ci_high,
        {{ casemart.rate('personal_successes', 'personal_answers') }} as personal_success_rate,
        {{ casemart.wilson_low('personal_successes', 'personal_answers') }} as personal_success_rate_ci_low,
        {{ casemart.wilson_high('personal_successes', 'personal_answers') }} as personal_success_rate_ci_high
    from counted
),

compared as (
    {{ casemart.with_targets('rated', {'automation_rate': 0, 'automated_success_rate': 1, 'personal_success_rate': 1}) }}
)

select
    compared.period_grain,
    compared.period_start,
    compared.period_end,
    compared.segment_by,
    compared.segment,
    processes.suitable_level,
    compared.events,
    compared.case_events,
    compared.session_events,
    compared.handled_events,
    compared.automated_events,
    compared.personal_events,
    compared.unhandled_events,
    compared.undetermined_events,
    compared.automation_rate,
    compared.automation_rate_target,
    compared.automation_rate_gap,
    compared.automated_answers,
    compared.automated_successes,
    compared.automated_success_rate,
    compared.automated_success_rate_ci_low,
    compared.automated_success_rate_ci_high,
    compared.automated_success_rate_target,
    compared.automated_success_rate_gap,
    compared.personal_answers,
    compared.personal_successes,
    compared.personal_success_rate,
    compared.personal_success_rate_ci_low,
    compared.personal_success_rate_ci_high,
    compared.personal_success_rate_target,
    compared.personal_success_rate_gap,
    compared.undetermined_answers,
    {{ casemart.rounded('compared.personal_success_rate - compared.automated_success_rate') }} as success_gap,
    -- Automation does worse than people, by more than chance.
    compared.automated_success_rate_ci_high < compared.personal_success_rate_ci_low as is_over_automated,
    {{ casemart.is_settled('compared.period_end', [
        var('casemart_fcr_settlement_days'),
        var('casemart_deflection_contact_window_days'),
        var('casemart_survey_settlement_days'),
    ] | max) }} as is_complete
from compared
left join {{ ref('casemart', 'processes') }} as processes
    on compared.segment_by = 'process' and compared.segment = processes.process
