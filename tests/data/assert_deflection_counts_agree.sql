-- Each link of the chain holds less than the one before; the estimate lies between floor and ceiling, and inside its interval.
select
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'deflection') }}
where
    sessions <> entitled_sessions + not_entitled_sessions + unknown_sessions
    or answered_sessions > entitled_sessions
    or found_sessions > answered_sessions
    or intent_answered_sessions > found_sessions
    or intended_sessions > intent_answered_sessions
    or further_action_answered_sessions > intended_sessions
    or no_further_action_sessions > further_action_answered_sessions
    or deflected_cases_floor <> no_further_action_sessions
    or deflected_cases_floor > deflected_cases_ceiling
    or deflected_cases not between deflected_cases_floor and deflected_cases_ceiling
    or deflected_cases not between deflected_cases_ci_low and deflected_cases_ci_high
    or deflection_rate not between deflection_rate_ci_low and deflection_rate_ci_high
    or (answered_sessions = 0 and deflected_cases is not null)
    or (segment_by = 'channel') <> (assisted_cases is null)
