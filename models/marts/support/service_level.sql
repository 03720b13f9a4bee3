with
attempts as (
    select * from {{ ref('casemart', 'fct_contact_attempts') }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        count(*) as attempts,
        {{ casemart.count_where("attempt_state = 'answered'") }} as answered,
        {{ casemart.count_where("attempt_state = 'abandoned'") }} as abandoned,
        {{ casemart.count_where("attempt_state = 'waiting'") }} as waiting,
        {{ casemart.count_where("attempt_state = 'no_outcome'") }} as no_outcome,
        {{ casemart.count_where("attempt_state = 'invalid'") }} as invalid,
        {{ casemart.count_where('is_abandoned is not null and not has_threshold') }} as no_threshold,
        {{ casemart.count_where('is_service_level') }} as answered_in_time,
        {{ casemart.count_where('is_service_level is not null') }} as service_level_attempts,
        {{ casemart.count_where('is_service_level_answered_only is not null') }} as answered_with_threshold,
        {{ casemart.count_where('is_service_level_offered is not null') }} as ended_with_threshold,
        {{ casemart.count_where('is_service_level_abandons_as_met') }} as ended_in_time,
        {{ casemart.count_where('is_service_level_short_abandons_as_met') }} as answered_in_time_or_short_abandoned,
        {{ casemart.count_where('is_abandoned is not null') }} as ended,
        cast(coalesce(sum(case when not is_abandoned then wait_seconds end), 0) as bigint) as answered_wait_seconds,
        {{ casemart.percentile(0.9, 'case when not is_abandoned then wait_seconds end') }} as speed_of_answer_p90
    from ({{ casemart.in_periods('attempts', 'offered_on', ['channel', 'queue']) }}) as attempts_by_period
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('answered_in_time', 'service_level_attempts') }} as service_level,
        {{ casemart.rate('answered_in_time', 'answered_with_threshold') }} as service_level_answered_only,
        {{ casemart.rate('answered_in_time', 'ended_with_threshold') }} as service_level_offered,
        {{ casemart.rate('ended_in_time', 'ended_with_threshold') }} as service_level_abandons_as_met,
        {{ casemart.rate('answered_in_time_or_short_abandoned', 'ended_with_threshold') }} as service_level_short_abandons_as_met,
        {{ casemart.rate('abandoned', 'ended') }} as abandonment_rate,
        {{ casemart.rate('answered_wait_seconds', 'answered') }} as average_speed_of_answer,
        -- Nothing waits any more once the settlement has run out, and before it where every outcome is known.
        {{ casemart.is_settled('period_end', 0) }} and waiting = 0 as is_complete
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {
        'service_level': 1,
        'service_level_answered_only': 1,
        'service_level_offered': 1,
        'service_level_abandons_as_met': 1,
        'service_level_short_abandons_as_met': 1,
        'abandonment_rate': -1,
        'average_speed_of_answer': -1,
        'speed_of_answer_p90': -1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    attempts,
    answered,
    abandoned,
    waiting,
    no_outcome,
    invalid,
    no_threshold,
    answered_in_time,
    service_level_attempts,
    service_level,
    service_level_target,
    service_level_gap,
    answered_with_threshold,
    service_level_answered_only,
    service_level_answered_only_target,
    service_level_answered_only_gap,
    ended_with_threshold,
    service_level_offered,
    service_level_offered_target,
    service_level_offered_gap,
    ended_in_time,
    service_level_abandons_as_met,
    service_level_abandons_as_met_target,
    service_level_abandons_as_met_gap,
    answered_in_time_or_short_abandoned,
    service_level_short_abandons_as_met,
    service_level_short_abandons_as_met_target,
    service_level_short_abandons_as_met_gap,
    ended,
    abandonment_rate,
    abandonment_rate_target,
    abandonment_rate_gap,
    answered_wait_seconds,
    average_speed_of_answer,
    average_speed_of_answer_target,
    average_speed_of_answer_gap,
    speed_of_answer_p90,
    speed_of_answer_p90_target,
    speed_of_answer_p90_gap,
    is_complete
from targeted
