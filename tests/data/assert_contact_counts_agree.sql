-- The states of contacts, hand-overs, reviews and account-months make up their rows.
select
    'handle_time' as mart,
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'handle_time') }}
where
    handled_contacts <> measured_contacts + derived_contacts + missing_contacts
    or timed_contacts <> measured_contacts + derived_contacts
    or running_contacts > missing_contacts
    or partial_contacts > timed_contacts
    or (timed_contacts = 0) <> (handled_hours is null)

union all

select
    'escalations' as mart,
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'escalations') }}
where
    escalated_cases <> sent_back_known_cases + team_before_unknown_cases + team_after_unknown_cases
    or escalated_cases > closed_cases
    or transferred_cases > closed_cases
    or sent_back_cases > sent_back_known_cases
    or escalations < escalated_cases
    or transfers < transferred_cases
    or (escalated_cases = 0) <> (minutes_to_escalation is null)

union all

select
    'contact_quality' as mart,
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'contact_quality') }}
where
    reviews <> counted_reviews + invalid_reviews + not_counted_case_reviews
    or counted_answers > answers
    or contact_quality < least(quality_review_score, survey_score) - 1e-11
    or contact_quality > greatest(quality_review_score, survey_score) + 1e-11
    or (is_single_source is null) <> (contact_quality is null)

union all

select
    'contact_rate' as mart,
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'contact_rate') }}
where
    cases <> cases_of_active_accounts + cases_of_inactive_accounts + cases_of_undetermined_accounts + cases_without_account
    or (active_account_months = 0) <> (contact_rate is null)
