with
sessions as (
    {{ casemart.roll_up(ref('casemart', 'leaf_self_help_sessions'), casemart.self_help_measures()) }}
),

-- Assisted cases have no self-help channel; their own channel is another thing.
openings as (
    {{ casemart.roll_up(ref('casemart', 'leaf_case_openings'), ['entitled_opened_cases']) }}
),

counted as (
    select
        sessions.*,
        periods.period_end,
        case when sessions.segment_by <> 'channel' then coalesce(openings.entitled_opened_cases, 0) end as assisted_cases
    from sessions
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on sessions.period_grain = periods.period_grain and sessions.period_start = periods.period_start
    {{ casemart.join_cells('openings', 'sessions') }}
),

rated as (
    select
        *,
        {{ casemart.rate('answered_sessions', 'entitled_sessions') }} as self_help_response_rate,
        {{ casemart.rate('found_sessions', 'answered_sessions') }} as success_rate,
        {{ casemart.wilson_low('found_sessions', 'answered_sessions') }} as success_rate_ci_low,
        {{ casemart.wilson_high('found_sessions', 'answered_sessions') }} as success_rate_ci_high,
        {{ casemart.rate('intended_sessions', 'intent_answered_sessions') }} as intent_rate,
        {{ casemart.wilson_low('intended_sessions', 'intent_answered_sessions') }} as intent_rate_ci_low,
        {{ casemart.wilson_high('intended_sessions', 'intent_answered_sessions') }} as intent_rate_ci_high,
        {{ casemart.rate('no_further_action_sessions', 'further_action_answered_sessions') }} as no_further_action_rate,
        {{ casemart.wilson_low('no_further_action_sessions', 'further_action_answered_sessions') }} as no_further_action_rate_ci_low,
        {{ casemart.wilson_high('no_further_action_sessions', 'further_action_answered_sessions') }} as no_further_action_rate_ci_high
    from counted
),

-- Nobody found, or nobody intended: nothing was deflected. Nobody answered: nobody knows.
chained as (
    select
        *,
        case
            when success_rate = 0 or intent_rate = 0 then 0
            else
                cast(entitled_sessions as {{ casemart.type_double() }})
                * found_sessions / nullif(answered_sessions, 0)
                * intended_sessions / nullif(intent_answered_sessions, 0)
                * no_further_action_sessions / nullif(further_action_answered_sessions, 0)
        end as chain,
        entitled_sessions * success_rate_ci_low * coalesce(intent_rate_ci_low, 0) * coalesce(no_further_action_rate_ci_low, 0) as chain_low,
        entitled_sessions * success_rate_ci_high * coalesce(intent_rate_ci_high, 1) * coalesce(no_further_action_rate_ci_high, 1) as chain_high
    from rated
),

-- Sessions that a case followed are known not to be deflected, answered or not: no estimate may exceed the ceiling.
deflected as (
    select
        *,
        case
            when chain is not null
                then {{ casemart.rounded('least(greatest(chain, deflected_cases_floor), deflected_cases_ceiling)') }}
        end as deflected_cases,
        case when chain is not null then {{ casemart.rounded('least(chain_low, deflected_cases_ceiling)') }} end as deflected_cases_ci_low,
        case when chain is not null then {{ casemart.rounded('least(chain_high, deflected_cases_ceiling)') }} end as deflected_cases_ci_high
    from chained
),

compared as (
    select
        *,
        deflected_cases + assisted_cases as deflection_demand,
        {{ casemart.rate('deflected_cases', '(deflected_cases + assisted_cases)') }} as deflection_rate,
        {{ casemart.rate('deflected_cases_ci_low', '(deflected_cases_ci_low + assisted_cases)') }} as deflection_rate_ci_low,
        {{ casemart.rate('deflected_cases_ci_high', '(deflected_cases_ci_high + assisted_cases)') }} as deflection_rate_ci_high,
        {{ casemart.rate('deflected_cases', 'entitled_sessions') }} as deflection_per_session,
        {{ casemart.rate('deflected_cases_ci_low', 'entitled_sessions') }} as deflection_per_session_ci_low,
        {{ casemart.rate('deflected_cases_ci_high', 'entitled_sessions') }} as deflection_per_session_ci_high
    from deflected
)

select
    compared.period_grain,
    compared.period_start,
    compared.period_end,
    compared.segment_by,
    compared.segment,
    compared.sessions,
    compared.entitled_sessions,
    compared.not_entitled_sessions,
    compared.unknown_sessions,
    compared.answered_sessions,
    compared.self_help_response_rate,
    {{ casemart.target_columns('self_help_response_rate', 'compared') }},
    compared.found_sessions,
    compared.success_rate,
    compared.success_rate_ci_low,
    compared.success_rate_ci_high,
    {{ casemart.target_columns('success_rate', 'compared') }},
    compared.intent_answered_sessions,
    compared.intended_sessions,
    compared.intent_rate,
    compared.intent_rate_ci_low,
    compared.intent_rate_ci_high,
    {{ casemart.target_columns('intent_rate', 'compared', direction=0) }},
    compared.further_action_answered_sessions,
    compared.no_further_action_sessions,
    compared.observed_sessions,
    compared.no_further_action_rate,
    compared.no_further_action_rate_ci_low,
    compared.no_further_action_rate_ci_high,
    {{ casemart.target_columns('no_further_action_rate', 'compared') }},
    compared.deflected_cases,
    compared.deflected_cases_ci_low,
    compared.deflected_cases_ci_high,
    {{ casemart.target_columns('deflected_cases', 'compared') }},
    compared.deflected_cases_floor,
    {{ casemart.target_columns('deflected_cases_floor', 'compared') }},
    compared.deflected_cases_ceiling,
    {{ casemart.target_columns('deflected_cases_ceiling', 'compared') }},
    compared.assisted_cases,
    compared.deflection_demand,
    compared.deflection_rate,
    case when compared.deflection_rate is not null then compared.deflection_rate_ci_low end as deflection_rate_ci_low,
    case when compared.deflection_rate is not null then compared.deflection_rate_ci_high end as deflection_rate_ci_high,
    {{ casemart.target_columns('deflection_rate', 'compared') }},
    compared.deflection_per_session,
    compared.deflection_per_session_ci_low,
    compared.deflection_per_session_ci_high,
    {{ casemart.target_columns('deflection_per_session', 'compared') }},
    {{ casemart.is_settled(
        'compared.period_end',
        [var('casemart_deflection_contact_window_days'), var('casemart_survey_settlement_days')] | max,
    ) }} as is_complete
from compared
{{ casemart.target_join('self_help_response_rate', 'compared') }}
{{ casemart.target_join('success_rate', 'compared') }}
{{ casemart.target_join('intent_rate', 'compared') }}
{{ casemart.target_join('no_further_action_rate', 'compared') }}
{{ casemart.target_join('deflected_cases', 'compared') }}
{{ casemart.target_join('deflected_cases_floor', 'compared') }}
{{ casemart.target_join('deflected_cases_ceiling', 'compared') }}
{{ casemart.target_join('deflection_rate', 'compared') }}
{{ casemart.target_join('deflection_per_session', 'compared') }}
