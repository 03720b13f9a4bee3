-- Invitations are answered, unanswered, undetermined or about a case that does not count; drivers and expectations are classed
-- whole; floor <= ceiling.
select
    'invitations' as problem,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'survey_response') }}
where
    answered_invitations + unanswered_invitations + undetermined_invitations + not_counted_case_invitations <> invitations
    or answered_invitations + unanswered_invitations <> settled_invitations
    or answered_so_far_invitations > undetermined_invitations
    or rated_invitations > answered_invitations
    or possibly_satisfied_invitations <> satisfied_invitations + settled_invitations - rated_invitations
    or satisfaction_floor > satisfaction_ceiling
    or (is_complete and undetermined_invitations > 0)
union all
select
    'drivers and expectations' as problem,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'experience_drivers') }}
where
    satisfied_answers + neutral_answers + dissatisfied_answers <> driver_answers
    or exceeded_answers + met_answers + below_answers <> expectation_answers
    or pairs > driver_answers
    or (segment_by = 'driver' and expectation_answers > 0)
    or (segment_by <> 'driver' and driver_answers > 0)
    or correlation_with_satisfaction_ci_low > correlation_with_satisfaction
    or correlation_with_satisfaction_ci_high < correlation_with_satisfaction
