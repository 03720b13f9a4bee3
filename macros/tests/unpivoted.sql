{# Helpers of the identity tests. #}

{% macro additive_measures() %}
    {#-
        Mart -> what of it sums: `flows` over time and segments, `stocks` over segments only. Where the entity of products and
        contract types is a part of an account (`has_parts`), these two do not sum to the total. Several entries of one `mart` may be
        kept apart; `segments` are the only dimensions in which the measures exist.
    -#}
    {{ return({
        'first_contact_resolution': {
            'flows': (casemart.first_contact_measures() | list) + (casemart.case_closing_measures() | list),
            'stocks': ['awaiting_first_contact'],
            'has_parts': false,
        },
        'deflection': {'flows': casemart.self_help_measures() | list, 'stocks': [], 'has_parts': false},
        'contract_renewal': {
            'flows': (casemart.contract_renewal_measures() | list) + (casemart.contract_renewal_amounts() | list),
            'stocks': [],
            'has_parts': false,
        },
        'recurring_revenue': {
            'flows': (casemart.recurring_movement_counts() | list) + [
                'recurring_revenue_new', 'recurring_revenue_reactivation', 'recurring_revenue_expansion',
                'recurring_revenue_contraction', 'recurring_revenue_churn', 'recurring_revenue_fx', 'recurring_revenue_volume',
                'recurring_revenue_price', 'recurring_revenue_unsplit',
            ],
            'stocks': [
                'recurring_revenue', 'recurring_revenue_opening', 'recurring_revenue_awaiting_renewal', 'opening_accounts', 'closing_accounts',
            ],
            'has_parts': true,
        },
        'retention': {
            'flows': [],
            'stocks': [
                'active_accounts', 'committed_accounts', 'undetermined_accounts', 'opening_accounts', 'logo_cohort_accounts',
                'retained_accounts', 'lost_accounts', 'logo_undetermined_accounts',
            ],
            'has_parts': true,
        },
        'net_recurring_revenue': {
            'flows': [],
            'stocks': [
                'cohort_accounts_12_months', 'base_value_12_months', 'value_now_12_months', 'kept_value_12_months',
                'value_now_3_months', 'value_now_1_month',
            ],
            'has_parts': true,
        },
        'community': {'flows': casemart.community_measures() | list, 'stocks': [], 'has_parts': false},
        'community_members': {'flows': ['posts', 'member_posts', 'unknown_author_posts'], 'stocks': [], 'has_parts': false},
        'community_service_levels': {
            'flows': ['community_responses', 'other_responses', 'community_due', 'community_attained', 'other_due', 'other_attained'],
            'stocks': [],
            'has_parts': false,
        },
        'community_impact': {
            'flows': [],
            'stocks': [
                'accounts', 'undetermined_accounts', 'answers', 'satisfied_answers', 'logo_cohort_accounts', 'retained_accounts',
                'logo_undetermined_accounts', 'value_cohort_accounts', 'value_undetermined_accounts', 'base_value', 'value_now',
            ],
            'has_parts': false,
        },
        'automation': {'flows': casemart.automation_measures() | list, 'stocks': [], 'has_parts': false},
        'availability': {
            'flows': ['covered_pair_months', 'covered_seconds', 'unplanned_seconds', 'planned_seconds'],
            'stocks': ['covered_accounts', 'uninterrupted_accounts', 'interrupted_accounts'],
            'has_parts': true,
        },
        'onboarding': {
            'flows': [
                'new_customers', 'determined_customers', 'onboarded_customers', 'onboarded_upper_customers', 'guidance_unknown_customers',
                'not_onboarded_customers', 'undetermined_customers', 'onboarded_so_far',
            ],
            'stocks': [],
            'has_parts': false,
        },
        'milestones': {
            'flows': [],
            'stocks': [
                'adoption_due_milestones', 'adoption_reached_milestones', 'adoption_overdue_milestones', 'adoption_due_accounts',
                'adoption_reached_accounts', 'success_due_milestones', 'success_reached_milestones', 'success_overdue_milestones',
                'success_due_accounts', 'success_reached_accounts', 'milestones_unscheduled', 'undetermined_accounts',
            ],
            'has_parts': true,
        },
        'engagement_quality': {
            'flows': [
                'engagements', 'positive_engagements', 'neutral_engagements', 'negative_engagements', 'unknown_engagements',
                'known_engagements', 'positive_or_unknown_engagements', 'undetermined_engagements',
            ],
            'stocks': [],
            'has_parts': false,
        },
        'account_health': {
            'flows': [],
            'stocks': [
                'accounts', 'undetermined_accounts', 'open_accounts', 'scored_accounts', 'at_risk_accounts', 'watch_accounts',
                'healthy_accounts', 'insufficient_evidence_accounts', 'other_band_accounts', 'adoption_accounts', 'success_accounts',
                'retention_accounts', 'recurring_revenue_accounts', 'silence_known_accounts', 'silent_accounts',
            ],
            'has_parts': false,
        },
        'support_demand': {
            'flows': [
                'need_answers', 'needed_help_answers', 'contact_known_answers', 'contact_unknown_answers', 'unmet_need_answers',
                'contacts_without_account',
            ],
            'stocks': [
                'installed_base_accounts', 'covered_accounts', 'undetermined_accounts', 'classed_accounts', 'heard_from_accounts',
                'assisted_accounts', 'self_help_only_accounts', 'other_only_accounts', 'silent_accounts', 'base_contacts',
                'contacts_outside_base', 'base_opened_cases',
            ],
            'has_parts': false,
        },
        'service_level': {
            'flows': [
                'attempts', 'answered', 'abandoned', 'waiting', 'no_outcome', 'invalid', 'no_threshold', 'answered_in_time',
                'service_level_attempts', 'answered_with_threshold', 'ended_with_threshold', 'ended_in_time',
                'answered_in_time_or_short_abandoned', 'ended', 'answered_wait_seconds',
            ],
            'stocks': [],
            'has_parts': false,
        },
        'handle_time': {
            'flows': [
                'handled_contacts', 'measured_contacts', 'derived_contacts', 'missing_contacts', 'running_contacts', 'partial_contacts',
                'timed_contacts', 'handle_seconds',
            ],
            'stocks': [],
            'has_parts': false,
        },
        'contact_quality': {
            'flows': [
                'reviews', 'counted_reviews', 'invalid_reviews', 'not_counted_case_reviews', 'review_score_sum', 'answers', 'counted_answers',
                'answer_score_sum', 'reviews_and_answers',
            ],
            'stocks': [],
            'has_parts': false,
        },
        'service_audits': {'flows': ['checks', 'passed_checks', 'timed_checks'], 'stocks': [], 'has_parts': false},
        'escalations': {
            'flows': [
                'closed_cases', 'escalated_cases', 'escalations', 'transferred_cases', 'transfers', 'sent_back_cases', 'sent_back_known_cases',
                'team_before_unknown_cases', 'team_after_unknown_cases',
            ],
            'stocks': [],
            'has_parts': false,
        },
        'contact_rate': {
            'flows': [
                'cases', 'cases_of_active_accounts', 'active_account_months', 'cases_of_inactive_accounts', 'cases_of_undetermined_accounts',
                'cases_without_account', 'undetermined_account_months',
            ],
            'stocks': [],
            'has_parts': true,
        },
        'response_time': {
            'flows': ['responded_cases', 'responded_before_opening_cases', 'business_responded_cases'],
            'stocks': ['waiting_cases'],
            'has_parts': false,
        },
        'resolution_time': {
            'flows': [
                'resolved_cases', 'provisional_cases', 'timed_cases', 'business_timed_cases', 'first_closed_cases', 'no_contact_cases',
                'settled_closed_cases', 'reopened_cases', 'reopened_so_far_cases',
            ],
            'stocks': [],
            'has_parts': false,
        },
        'sla_attainment': {
            'flows': [
                'attained_clocks', 'breached_clocks', 'judged_clocks', 'withdrawn_clocks', 'no_target_clocks', 'no_schedule_clocks',
            ],
            'stocks': ['running_clocks', 'paused_clocks', 'attained_so_far_clocks'],
            'has_parts': false,
        },
        'customer_voice of cases': {
            'mart': 'customer_voice',
            'flows': [
                'satisfaction_answers', 'satisfied_answers', 'neutral_answers', 'dissatisfied_answers', 'effort_answers', 'effort_points',
                'easy_answers', 'transactional_recommendation_answers', 'transactional_promoters', 'transactional_passives',
                'transactional_detractors', 'transactional_net_promoters',
            ],
            'stocks': [],
            'has_parts': false,
            'segments': ['all'] + casemart.with_own_segments(casemart.case_segments() + ['topic']),
        },
        'customer_voice of relations': {
            'mart': 'customer_voice',
            'flows': [
                'relationship_answers', 'relationship_satisfied_answers', 'relationship_neutral_answers',
                'relationship_dissatisfied_answers', 'recommendation_answers', 'promoters', 'passives', 'detractors', 'net_promoters',
            ],
            'stocks': [],
            'has_parts': false,
            'segments': ['all'] + casemart.with_own_segments(casemart.account_segments()),
        },
        'customer_voice of self-help': {
            'mart': 'customer_voice',
            'flows': [
                'self_help_answers', 'self_help_satisfied_answers', 'self_help_neutral_answers', 'self_help_dissatisfied_answers',
            ],
            'stocks': [],
            'has_parts': false,
            'segments': ['all', 'channel', 'product', 'topic'],
        },
        'survey_response': {
            'flows': [
                'invitations', 'settled_invitations', 'answered_invitations', 'unanswered_invitations', 'undetermined_invitations',
                'answered_so_far_invitations', 'not_counted_case_invitations', 'rated_invitations', 'satisfied_invitations',
                'possibly_satisfied_invitations',
            ],
            'stocks': [],
            'has_parts': false,
        },
        'experience_drivers by driver': {
            'mart': 'experience_drivers',
            'flows': ['driver_answers', 'satisfied_answers', 'neutral_answers', 'dissatisfied_answers', 'pairs'],
            'stocks': [],
            'has_parts': false,
            'segments': ['driver'],
        },
        'experience_drivers of expectations': {
            'mart': 'experience_drivers',
            'flows': ['expectation_answers', 'exceeded_answers', 'met_answers', 'below_answers'],
            'stocks': [],
            'has_parts': false,
            'segments': ['all', 'survey_type'] + casemart.with_own_segments(casemart.account_segments()),
        },
    }) }}
{% endmacro %}

{% macro unpivoted(is_flow_only=false) -%}
    {#- A row per mart, cell and additive measure. -#}
    {%- set rows = [] %}
    {%- for name, measures in casemart.additive_measures().items() %}
    {%- for measure in measures.flows + ([] if is_flow_only else measures.stocks) %}
    {%- do rows.append({
        'mart': measures.get('mart', name), 'measure': measure, 'has_parts': measures.has_parts, 'segments': measures.get('segments'),
    }) %}
    {%- endfor %}
    {%- endfor %}
    {%- for row in rows %}
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        '{{ row.mart }}.{{ row.measure }}' as measure,
        cast({{ row.measure }} as decimal(28, 12)) as measure_value
    from {{ ref('casemart', row.mart) }}
    where
        {{ "segment_by not in ('product', 'contract_type')" if row.has_parts and not is_flow_only else '1 = 1' }}
        {{ "and segment_by in ('" ~ row.segments | join("', '") ~ "')" if row.segments }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
