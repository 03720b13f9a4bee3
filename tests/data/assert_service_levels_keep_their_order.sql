-- The states of attempts make up the attempts, and the five service levels stand where they must to one another.
select
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'service_level') }}
where
    attempts <> answered + abandoned + waiting + no_outcome + invalid
    or ended <> answered + abandoned
    or ended <> ended_with_threshold + no_threshold
    or answered_in_time > answered_in_time_or_short_abandoned
    or answered_in_time_or_short_abandoned > ended_in_time
    or service_level_offered > service_level
    or service_level > service_level_answered_only
    or service_level_offered > service_level_short_abandons_as_met
    or service_level_offered > service_level_abandons_as_met
    or (service_level_attempts = 0) <> (service_level is null)
