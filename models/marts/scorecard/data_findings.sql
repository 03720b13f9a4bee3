with
cases as (
    select * from {{ ref('casemart', 'stg_cases') }}
),

lifecycles as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
),

interactions as (
    select * from {{ ref('casemart', 'fct_interactions') }}
),

events as (
    select * from {{ ref('casemart', 'fct_case_events') }}
),

answers as (
    select * from {{ ref('casemart', 'stg_survey_responses') }}
),

accounts as (
    select * from {{ ref('casemart', 'stg_accounts') }}
),

contracts as (
    select * from {{ ref('casemart', 'stg_contracts') }}
),

links as (
    select * from {{ ref('casemart', 'fct_contract_links') }}
),

renewals as (
    select * from {{ ref('casemart', 'fct_contract_renewals') }}
),

visits as (
    select * from {{ ref('casemart', 'fct_self_help_visits') }}
),

posts as (
    select * from {{ ref('casemart', 'fct_community_posts') }}
),

threads as (
    select * from {{ ref('casemart', 'fct_community_threads') }}
),

outages as (
    select * from {{ ref('casemart', 'fct_outages') }}
),

outage_effects as (
    select * from {{ ref('casemart', 'fct_outage_effects') }}
),

attempts as (
    select * from {{ ref('casemart', 'fct_contact_attempts') }}
),

reviews as (
    select * from {{ ref('casemart', 'fct_quality_reviews') }}
),

audits as (
    select * from {{ ref('casemart', 'fct_service_audits') }}
),

services as (
    select * from {{ ref('casemart', 'fct_case_service') }}
),

clocks as (
    select * from {{ ref('casemart', 'fct_sla_clocks') }}
),

invitations as (
    select * from {{ ref('casemart', 'stg_survey_invitations') }}
),

findings as (
    {{ casemart.finding('after_as_of', 'cases', 'Opened after the as-of day: absent from every metric', 'cases', 'case_id',
        'not (' ~ casemart.is_known('opened_at') ~ ')') }}
    union all
    {{ casemart.finding('after_as_of', 'interactions', 'After the as-of day: absent from every metric',
        ref('casemart', 'stg_interactions'), 'interaction_id', 'not (' ~ casemart.is_known('occurred_at') ~ ')') }}
    union all
    {{ casemart.finding('after_as_of', 'case_events', 'After the as-of day: absent from every metric',
        ref('casemart', 'stg_case_events'), 'event_id', 'not (' ~ casemart.is_known('occurred_at') ~ ')') }}
    union all
    {{ casemart.finding('after_as_of', 'survey_responses', 'After the as-of day: absent from every metric',
        'answers', 'response_id', "survey_type <> 'employee' and not (" ~ casemart.is_known('responded_at') ~ ')') }}
    union all
    {{ casemart.finding('private', 'survey_responses', 'Answers of employees: kept out of the published facts',
        'answers', 'null', "survey_type = 'employee'") }}
    union all
    {{ casemart.finding('orphan', 'interactions', 'Its case is unknown: in no case metric', 'interactions', 'interaction_id', 'is_orphan') }}
    union all
    {{ casemart.finding('orphan', 'case_events', 'Its case is unknown: in no case metric', 'events', 'event_id', 'is_orphan') }}
    union all
    {{ casemart.finding('orphan', 'survey_responses', 'Its case is unknown: in no case metric',
        ref('casemart', 'fct_survey_responses'), 'response_id', 'case_id is not null and case_id not in (select case_id from cases)') }}
    union all
    {{ casemart.finding('orphan', 'case_field_changes', 'Its case is unknown: without effect',
        ref('casemart', 'stg_case_field_changes'), 'change_id', 'case_id not in (select case_id from cases)') }}
    union all
    {{ casemart.finding('orphan', 'cases', 'The case that it duplicates is unknown: still not counted',
        'cases', 'case_id', 'duplicate_of_case_id is not null and duplicate_of_case_id not in (select case_id from cases)') }}
    union all
    {{ casemart.finding('unknown_channel', 'cases', 'The seed channels does not know the channel: excluded',
        'cases', 'case_id', 'channel not in (select channel from ' ~ ref('casemart', 'channels') ~ ')') }}
    union all
    {{ casemart.finding('unknown_exclusion_code', 'cases', 'The seed case_exclusions does not know the code: excluded with it',
        'cases', 'case_id', 'exclusion_code not in (select exclusion_code from ' ~ ref('casemart', 'case_exclusions') ~ ')') }}
    union all
    {{ casemart.finding('unknown_case_type', 'cases', 'The seed case_types does not know the type: taken as resolvable at first contact',
        'cases', 'case_id', 'case_type not in (select case_type from ' ~ ref('casemart', 'case_types') ~ ')') }}
    union all
    {{ casemart.finding('closed_undated', 'cases', 'Status closed without any date of closing: in no flow of closed cases',
        'lifecycles', 'case_id', 'is_closed_undated') }}
    union all
    {{ casemart.finding('unknown_agent', 'interactions', 'The agent has no valid row at that time: not qualified',
        'interactions', 'interaction_id', 'is_agent_interaction and not is_qualification_known') }}
    union all
    {{ casemart.finding('unknown_response_kind', 'interactions', 'An answer of unknown kind by a qualified agent: taken as first contact',
        'interactions', 'interaction_id', 'not is_response_kind_known') }}
    union all
    {{ casemart.finding('before_opening', 'interactions', 'Took place before its case was opened: kept as it is',
        'interactions inner join lifecycles on interactions.case_id = lifecycles.case_id', 'interactions.interaction_id',
        'interactions.occurred_at < lifecycles.opened_at') }}
    union all
    {{ casemart.finding('late_evidence', 'cases', 'Evidence after the settlement: counted here, without effect',
        ref('casemart', 'fct_cases'), 'case_id', 'late_evidence > 0') }}
    union all
    {{ casemart.finding('after_as_of', 'self_help_events', 'After the as-of day: absent from every metric',
        ref('casemart', 'stg_self_help_events'), 'event_id', 'not (' ~ casemart.is_known('occurred_at') ~ ')') }}
    union all
    {{ casemart.finding('after_as_of', 'contracts', 'Signed after the as-of day: absent from every metric',
        ref('casemart', 'stg_contracts'), 'contract_id', 'coalesce(signed_on, starts_on) > ' ~ casemart.as_of()) }}
    union all
    {{ casemart.finding('orphan_session', 'survey_responses', 'Its self-help session is unknown: in no deflection metric',
        ref('casemart', 'fct_survey_responses'), 'response_id',
        "survey_type = 'self_help' and coalesce(session_id, '') not in (select session_id from visits)") }}
    union all
    {{ casemart.finding('late_answer', 'survey_responses', 'Answered after the settlement: without effect',
        ref('casemart', 'fct_self_help_answers'), 'response_id', 'is_late') }}
    union all
    {{ casemart.finding('orphan', 'contract_charges', 'Its contract is unknown: in no metric',
        ref('casemart', 'fct_contract_charges'), 'charge_id', 'is_orphan') }}
    union all
    {{ casemart.finding('clipped', 'contract_charges', 'Reaches outside the dates of its contract: counted inside only',
        ref('casemart', 'fct_contract_charges'), 'charge_id', 'is_clipped') }}
    union all
    {{ casemart.finding('orphan', 'contracts', 'The contract that it renews is unknown: taken as a contract without link',
        ref('casemart', 'stg_contracts'), 'contract_id',
        'renews_contract_id is not null and renews_contract_id not in (select contract_id from contracts)') }}
    union all
    {{ casemart.finding('orphan', 'contract_renewals', 'One of its contracts is unknown: without effect',
        ref('casemart', 'stg_contract_renewals'), 'contract_id',
        'contract_id not in (select contract_id from contracts) or renewed_contract_id not in (select contract_id from contracts)') }}
    union all
    {{ casemart.finding('link_without_renewal', 'contracts', 'Linked as a renewal, but too late or not after what it renews: renews nothing',
        'links left join renewals on links.contract_id = renewals.contract_id and links.renewed_contract_id = renewals.renewed_contract_id',
        'links.contract_id', 'renewals.contract_id is null and links.first_covered_on <= ' ~ casemart.as_of()) }}
    union all
    {{ casemart.finding('never_in_force', 'contracts', 'Signed or cancelled so that no day is covered: in no metric',
        ref('casemart', 'fct_contract_dates'), 'contract_id', 'not is_ever_in_force') }}
    union all
    {{ casemart.finding('unknown_account', 'contracts', 'The account has no row: its attributes are (none)',
        ref('casemart', 'stg_contracts'), 'contract_id', 'account_id not in (select account_id from accounts)') }}
    union all
    {{ casemart.finding('floored_at_zero', 'contract_charges', 'Account-months whose discounts exceed the charges: they count as 0',
        ref('casemart', 'fct_recurring_movements'), 'account_id', "is_floored and segment_by = 'all'") }}
    union all
    {{ casemart.finding('floored_part', 'contract_charges',
        'Months of an account and product (or contract type) below zero: they count as 0 there, so that parts do not sum to the total',
        ref('casemart', 'fct_recurring_movements'), 'account_id', "is_floored and segment_by <> 'all'") }}
    union all
    {{ casemart.finding('overlapping_validity', 'agents', 'Two rows hold at the same time: the latest valid_from wins',
        casemart.overlaps(ref('casemart', 'stg_agents'), 'agent_id'), 'agent_id', 'true') }}
    union all
    {{ casemart.finding('overlapping_validity', 'accounts', 'Two rows hold at the same time: the latest valid_from wins',
        casemart.overlaps(ref('casemart', 'stg_accounts'), 'account_id'), 'account_id', 'true') }}
    union all
    {{ casemart.finding('after_as_of', 'community_posts', 'After the as-of day: absent from every metric',
        ref('casemart', 'stg_community_posts'), 'post_id', 'not (' ~ casemart.is_known('posted_at') ~ ')') }}
    union all
    {{ casemart.finding('unknown_author', 'community_posts',
        'A customer or champion without a name: in no count of members, and, unless a champion, no reply to others',
        'posts', 'post_id', 'is_member_post and author_id is null') }}
    union all
    {{ casemart.finding('unknown_account', 'community_posts', 'The account has no row: its attributes are (none)',
        'posts', 'post_id', 'account_id not in (select account_id from accounts)') }}
    union all
    {{ casemart.finding('accepted_opening', 'community_posts', 'Opens a thread and is marked as its answer: the thread counts as resolved',
        'posts', 'post_id', 'is_opening and is_accepted_answer') }}
    union all
    {{ casemart.finding('several_communities', 'community_posts', 'Its thread began in another community: counted there with the thread',
        'posts inner join threads on posts.thread_id = threads.thread_id', 'posts.post_id', 'posts.community <> threads.community') }}
    union all
    {{ casemart.finding('late_answer', 'community_posts', 'Threads answered or resolved after their window: without effect',
        'threads', 'thread_id', 'is_question and late_answers > 0') }}
    union all
    {{ casemart.finding('orphan_thread', 'cases', 'The thread that it comes from is unknown: no escalation of any thread',
        ref('casemart', 'fct_community_cases'), 'case_id', 'not is_thread_known') }}
    union all
    {{ casemart.finding('outside_thread_window', 'cases', 'Opened before the thread that it comes from, or after its window: no escalation of it',
        ref('casemart', 'fct_community_cases'), 'case_id', 'not is_escalation') }}
    union all
    {{ casemart.finding('unknown_process', 'cases', 'The seed processes does not know the process: without a suitable level',
        'lifecycles', 'case_id', 'process not in (select process from ' ~ ref('casemart', 'processes') ~ ')') }}
    union all
    {{ casemart.finding('unknown_process', 'self_help_events', 'Sessions of a process that the seed processes does not know: without a suitable level',
        'visits', 'session_id', 'process not in (select process from ' ~ ref('casemart', 'processes') ~ ')') }}
    union all
    {{ casemart.finding('unpublished', 'knowledge_articles', 'Without a day of publication: in force on no day',
        ref('casemart', 'stg_knowledge_articles'), 'article_id', 'published_on is null') }}
    union all
    {{ casemart.finding('after_as_of', 'outages', 'Began after the as-of day: absent from every metric',
        ref('casemart', 'stg_outages'), 'outage_id', 'not (' ~ casemart.is_known('started_at') ~ ')') }}
    union all
    {{ casemart.finding('outage_without_scope', 'outages', 'Names neither account nor product: interrupts everyone; perhaps a field was lost',
        'outages', 'outage_id', "outage_scope = 'everyone'") }}
    union all
    {{ casemart.finding('outage_open', 'outages', 'No end is known: interrupts until the end of the as-of day',
        'outages', 'outage_id', 'is_open') }}
    union all
    {{ casemart.finding('outage_not_covered', 'outages', 'No contract covers the account or product that it names at that time: interrupts nobody',
        'outages', 'outage_id', "outage_scope <> 'everyone' and outage_id not in (select outage_id from outage_effects)") }}
    union all
    {{ casemart.finding('unknown_planning', 'outages', 'Planned or not is unknown: counts as unplanned',
        'outages', 'outage_id', 'not is_planning_known') }}
    union all
    {{ casemart.finding('after_as_of', 'engagements', 'After the as-of day: absent from every metric',
        ref('casemart', 'stg_engagements'), 'engagement_id', 'not (' ~ casemart.is_known('occurred_at') ~ ')') }}
    union all
    {{ casemart.finding('unknown_account', 'engagements', 'The account has no row: its attributes are (none)',
        ref('casemart', 'stg_engagements'), 'engagement_id', 'account_id not in (select account_id from accounts)') }}
    union all
    {{ casemart.finding('unknown_agent', 'engagements', 'The person has no row: the team is (none)',
        ref('casemart', 'stg_engagements'), 'engagement_id',
        'agent_id is not null and agent_id not in (select agent_id from ' ~ ref('casemart', 'stg_agents') ~ ')') }}
    union all
    {{ casemart.finding('reached_after_as_of', 'milestones', 'Reached after the as-of day: not reached yet',
        ref('casemart', 'stg_milestones'), 'milestone_id', 'reached_on > ' ~ casemart.as_of()) }}
    union all
    {{ casemart.finding('unscheduled', 'milestones', 'Without a due day: never due, in no rate',
        ref('casemart', 'fct_milestones'), 'milestone_id', "stage in ('adoption', 'success') and not is_scheduled") }}
    union all
    {{ casemart.finding('unknown_account', 'milestones', 'The account has no row: its attributes are (none)',
        ref('casemart', 'stg_milestones'), 'milestone_id', 'account_id not in (select account_id from accounts)') }}
    union all
    {{ casemart.finding('not_a_customer', 'milestones', 'Contracts are known, but none of this account: never due',
        ref('casemart', 'stg_milestones'), 'milestone_id',
        'account_id not in (select account_id from contracts) and exists (select 1 from contracts)') }}
    union all
    {{ casemart.finding('after_as_of', 'contact_attempts', 'Offered after the as-of day: absent from every metric',
        ref('casemart', 'stg_contact_attempts'), 'attempt_id', 'not (' ~ casemart.is_known('offered_at') ~ ')') }}
    union all
    {{ casemart.finding('after_as_of', 'quality_reviews', 'After the as-of day: absent from every metric',
        ref('casemart', 'stg_quality_reviews'), 'review_id', 'not (' ~ casemart.is_known('reviewed_at') ~ ')') }}
    union all
    {{ casemart.finding('after_as_of', 'service_audits', 'After the as-of day: absent from every metric',
        ref('casemart', 'stg_service_audits'), 'audit_id', 'not (' ~ casemart.is_known('audited_at') ~ ')') }}
    union all
    {{ casemart.finding('ends_before_offer', 'contact_attempts', 'Answered or abandoned before it was offered: in no rate',
        'attempts', 'attempt_id', "attempt_state = 'invalid'") }}
    union all
    {{ casemart.finding('late_outcome', 'contact_attempts', 'Ended after the settlement: counted as without outcome',
        'attempts', 'attempt_id', 'is_late') }}
    union all
    {{ casemart.finding('no_threshold', 'contact_attempts', 'The seed service_thresholds has none for its channel and queue on that day: in no service level',
        'attempts', 'attempt_id', 'not has_threshold') }}
    union all
    {{ casemart.finding('orphan', 'contact_attempts', 'Its case is unknown: it still counts as an attempt',
        'attempts', 'attempt_id', 'case_id is not null and case_id not in (select case_id from cases)') }}
    union all
    {{ casemart.finding('unknown_channel', 'contact_attempts', 'The seed channels does not know the channel: a segment of its own',
        'attempts', 'attempt_id', 'channel not in (select channel from ' ~ ref('casemart', 'channels') ~ ')') }}
    union all
    {{ casemart.finding('orphan', 'quality_reviews', 'Its case is unknown: not in the score',
        'reviews', 'review_id', 'case_id is not null and case_id not in (select case_id from cases)') }}
    union all
    {{ casemart.finding('orphan_interaction', 'quality_reviews', 'Its interaction is unknown, or later than the review: without effect',
        'reviews', 'review_id', 'is_interaction_unknown') }}
    union all
    {{ casemart.finding('score_outside_scale', 'quality_reviews', 'The score is outside 0..max_score, or max_score not above 0: not in the score',
        'reviews', 'review_id', "review_state = 'invalid'") }}
    union all
    {{ casemart.finding('unknown_check', 'service_audits', 'The seed audit_checks does not know the check: a segment of its own',
        'audits', 'audit_id', 'not is_check_known') }}
    union all
    {{ casemart.finding('negative_duration', 'service_audits', 'The wait is negative: left out', 'audits', 'audit_id', 'is_wait_negative') }}
    union all
    {{ casemart.finding('negative_duration', 'interactions', 'The handle time is negative: left out',
        'interactions', 'interaction_id', 'handle_seconds < 0') }}
    union all
    {{ casemart.finding('ends_after_as_of', 'interactions', 'A conversation that still runs at the end of the as-of day: without handle time',
        ref('casemart', 'fct_handled_contacts'), 'interaction_id', 'is_running') }}
    union all
    {{ casemart.finding('unknown_schedule', 'cases', 'The seed schedules does not know the schedule at the opening: no business minutes',
        'services', 'case_id', 'schedule not in (select lower(schedule) from ' ~ ref('casemart', 'schedules') ~ ')') }}
    union all
    {{ casemart.finding('no_target', 'cases', 'No row of the seed sla_targets fits: no promise to keep',
        'clocks', 'case_id', "sla_state = 'no_target'") }}
    union all
    {{ casemart.finding('no_schedule', 'cases', 'The schedule of the promise is never open again: it never falls due',
        'clocks', 'case_id', "sla_state = 'no_schedule' and schedule in (select lower(schedule) from " ~ ref('casemart', 'schedules') ~ ')') }}
    union all
    {{ casemart.finding('resolved_before_opening', 'cases', 'The resolution is earlier than the opening: no duration',
        'services', 'case_id', 'resolved_at < opened_at') }}
    union all
    {{ casemart.finding('answered_before_opening', 'cases', 'The first response is earlier than the opening: taken as 0 minutes',
        'services', 'case_id', 'is_response_before_opening') }}
    union all
    {{ casemart.finding('late_reopening', 'cases', 'Reopened after the reopening window: changes neither the reopen rate nor the resolution',
        'services', 'case_id', "reopening_state = 'late'") }}
    union all
    {{ casemart.finding('after_as_of', 'survey_invitations', 'After the as-of day: absent from every metric',
        'invitations', 'invitation_id', "survey_type <> 'employee' and not (" ~ casemart.is_known('sent_at') ~ ')') }}
    union all
    {{ casemart.finding('private', 'survey_invitations', 'Invitations of employees: kept out of the published facts',
        'invitations', 'null', "survey_type = 'employee'") }}
    union all
    {{ casemart.finding('not_counted_case', 'survey_invitations', 'About a case that is excluded, a duplicate, unknown or opened later: in no response rate',
        ref('casemart', 'fct_survey_invitations'), 'invitation_id', "invitation_state = 'not_counted_case'") }}
    union all
    {{ casemart.finding('late_answer', 'survey_invitations', 'Answered after the settlement: not answered, and changes nothing',
        ref('casemart', 'fct_survey_invitations'), 'invitation_id', 'has_late_answer') }}
    union all
    {{ casemart.finding('orphan_invitation', 'survey_responses', 'Its invitation is unknown: in no response rate',
        ref('casemart', 'fct_survey_responses'), 'response_id',
        'invitation_id is not null and invitation_id not in (select invitation_id from invitations)') }}
    union all
    {{ casemart.finding('before_invitation', 'survey_responses', 'Came before its invitation was sent: does not answer it',
        ref('casemart', 'fct_survey_responses') ~ ' as responses inner join invitations on responses.invitation_id = invitations.invitation_id',
        'responses.response_id', 'responses.responded_at < invitations.sent_at') }}
    union all
    {{ casemart.finding('repeat', 'survey_responses', 'Another answer counts for the same survey, question and subject: without effect in measures of satisfaction',
        ref('casemart', 'fct_survey_responses'), 'response_id', "answer_state = 'repeat'") }}
    union all
    {{ casemart.finding('unusable', 'survey_responses', 'No score on a scale, or no yes or no: in no metric',
        ref('casemart', 'fct_survey_responses'), 'response_id', "answer_state = 'unusable'") }}
    union all
    {{ casemart.finding('other_scale', 'survey_responses', 'On another scale than the one that the question is fixed to: in no metric',
        ref('casemart', 'fct_survey_responses'), 'response_id', "answer_state = 'other_scale'") }}
    union all
    {{ casemart.finding('not_counted_case', 'survey_responses', 'About a case that is excluded, a duplicate, unknown or opened later: in no measure of satisfaction',
        ref('casemart', 'fct_survey_responses'), 'response_id', "answer_state = 'not_counted_case'") }}
    union all
    {{ casemart.finding('unknown_question', 'survey_responses', 'The seed survey_questions does not know the question for that kind of survey: in no metric',
        ref('casemart', 'fct_survey_responses'), 'response_id', "answer_state = 'unknown_question'") }}
)

select
    finding,
    table_name,
    description,
    row_count,
    sample
from findings
where row_count > 0
