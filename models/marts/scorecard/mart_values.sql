with
all_metrics as (
    {{ casemart.metric_rows(ref('casemart', 'first_contact_resolution'), {
        'first_contact_resolution': ('resolved', 'first_contact_cases'),
        'first_contact_resolution_upper': ('resolved_or_pending', 'first_contact_cases'),
        'net_first_contact_resolution': ('net_resolved', 'net_first_contact_cases'),
        'first_contact_resolution_no_repeat': ('no_repeat_resolved', 'no_repeat_first_contact_cases'),
        'one_touch_resolution': ('one_touch_cases', 'first_closed_cases'),
    }) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'deflection'),
        {'deflection_rate': ('deflected_cases', 'deflection_demand', 'answered_sessions')},
        estimates=['deflection_rate'],
        condition="mart.segment_by <> 'channel'",
    ) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'deflection'), {
        'deflection_per_session': ('deflected_cases', 'entitled_sessions', 'answered_sessions'),
        'deflected_cases': ('deflected_cases', none, 'answered_sessions'),
        'deflected_cases_floor': ('deflected_cases_floor', none, 'entitled_sessions'),
        'deflected_cases_ceiling': ('deflected_cases_ceiling', none, 'entitled_sessions'),
        'success_rate': ('found_sessions', 'answered_sessions'),
        'intent_rate': ('intended_sessions', 'intent_answered_sessions'),
        'no_further_action_rate': ('no_further_action_sessions', 'further_action_answered_sessions'),
        'self_help_response_rate': ('answered_sessions', 'entitled_sessions'),
    }, estimates=['deflection_per_session', 'deflected_cases', 'success_rate', 'intent_rate', 'no_further_action_rate']) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'retention'), {
        'committed_retention_rate': ('committed_accounts', 'active_accounts'),
        'logo_retention_rate': ('retained_accounts', 'logo_cohort_accounts'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'contract_renewal'), {
        'contract_renewal_rate': ('renewed_contracts', 'determined_contracts'),
        'contract_renewal_rate_on_time': ('renewed_on_time_contracts', 'determined_contracts'),
        'contract_renewal_rate_late': ('renewed_late_contracts', 'determined_contracts'),
        'contract_renewal_value_rate': ('renewed_value', 'expiring_value', 'determined_contracts'),
        'contract_renewal_value_rate_on_time': ('renewed_on_time_value', 'expiring_value', 'determined_contracts'),
        'contract_renewal_value_rate_late': ('renewed_late_value', 'expiring_value', 'determined_contracts'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'net_recurring_revenue'), {
        'net_recurring_revenue_rate': ('value_now_12_months', 'base_value_12_months', 'cohort_accounts_12_months'),
        'net_recurring_revenue_rate_3_months': ('value_now_3_months', 'base_value_3_months', 'cohort_accounts_3_months'),
        'net_recurring_revenue_rate_1_month': ('value_now_1_month', 'base_value_1_month', 'cohort_accounts_1_month'),
        'gross_recurring_revenue_rate': ('kept_value_12_months', 'base_value_12_months', 'cohort_accounts_12_months'),
        'gross_recurring_revenue_rate_3_months': ('kept_value_3_months', 'base_value_3_months', 'cohort_accounts_3_months'),
        'gross_recurring_revenue_rate_1_month': ('kept_value_1_month', 'base_value_1_month', 'cohort_accounts_1_month'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'recurring_revenue'), {
        'recurring_revenue_rate': ('recurring_revenue', 'recurring_revenue_opening', 'opening_accounts'),
        'quick_ratio': ('recurring_revenue_gained', 'recurring_revenue_lost', 'closing_accounts'),
    }) }}
    union all
    {{ casemart.recurring_metric_rows(ref('casemart', 'recurring_revenue')) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'knowledge_return'), {
        'knowledge_return': ('knowledge_net_benefit', 'knowledge_cost', 'first_closed_cases'),
        'article_link_rate': ('article_linked_cases', 'first_closed_cases'),
        'cost_per_assisted_case': ('assisted_support_cost', 'opened_cases'),
        'cost_per_handled_hour': ('assisted_support_cost', 'handled_hours', 'opened_cases'),
    }, estimates=['knowledge_return']) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'deflection_savings'), {
        'deflection_savings': ('deflection_savings', none, 'answered_sessions'),
        'hours_freed': ('hours_freed', none, 'answered_sessions'),
    }, estimates=['deflection_savings', 'hours_freed']) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'support_excellence_inputs'), {
        'support_margin': ('support_profit', 'support_revenue', none),
        'cases_per_handled_hour': ('first_closed_cases', 'handled_hours', 'first_closed_cases'),
        'articles_per_hundred_cases': ('articles_published_times_100', 'first_closed_cases'),
        'positive_experience_rate': ('positive_accounts', 'experienced_accounts'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'community'), {
        'community_answered_rate': ('answered_threads', 'settled_threads'),
        'community_resolved_rate': ('resolved_threads', 'settled_threads'),
        'community_first_answer_minutes': ('community_first_answer_minutes', none, 'replied_threads'),
        'community_escalation_rate': ('escalated_threads', 'settled_threads'),
        'community_revival_rate': ('revived_pauses', 'settled_pauses'),
        'community_uncovered_topic_rate': ('uncovered_topics', 'topics'),
        'community_deflected_threads': ('community_deflected_threads', none, 'intent_answered_sessions'),
    }, estimates=['community_deflected_threads']) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'community_members'), {
        'community_active_members': ('community_active_members', none, 'community_active_members'),
        'community_champion_share': ('champion_members', 'community_active_members'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'community_service_levels'), {
        'community_escalation_response_gap': ('community_escalation_response_gap', none, 'community_responses'),
        'community_escalation_sla_gap': ('community_escalation_sla_gap', none, 'community_due'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'community_impact'), {
        'community_customer_satisfaction': ('satisfied_answers', 'answers'),
        'community_logo_retention_rate': ('retained_accounts', 'logo_cohort_accounts'),
        'community_net_recurring_revenue_rate': ('value_now', 'base_value', 'value_cohort_accounts'),
    }, estimates=['community_customer_satisfaction']) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'automation'), {
        'automation_rate': ('automated_events', 'handled_events'),
        'automated_success_rate': ('automated_successes', 'automated_answers'),
        'personal_success_rate': ('personal_successes', 'personal_answers'),
    }, estimates=['automated_success_rate', 'personal_success_rate']) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'availability'), {
        'availability_time_rate': ('available_minutes', 'covered_minutes', 'covered_pair_months'),
        'availability_account_rate': ('uninterrupted_accounts', 'covered_accounts'),
    }) }}
    union all
    {{ casemart.impact_metric_rows(ref('casemart', 'experience_impact')) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'onboarding'), {
        'onboarding_rate': ('onboarded_customers', 'determined_customers'),
        'onboarding_rate_upper': ('onboarded_upper_customers', 'determined_customers'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'milestones'), {
        'adoption_rate': ('adoption_reached_milestones', 'adoption_due_milestones'),
        'adoption_rate_accounts': ('adoption_reached_accounts', 'adoption_due_accounts'),
        'success_rate_milestones': ('success_reached_milestones', 'success_due_milestones'),
        'success_rate_accounts': ('success_reached_accounts', 'success_due_accounts'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'engagement_quality'), {
        'engagement_quality': ('positive_engagements', 'engagements'),
        'engagement_quality_known': ('positive_engagements', 'known_engagements'),
        'engagement_quality_upper': ('positive_or_unknown_engagements', 'engagements'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'account_health'), {
        'health_score': ('score_total', 'scored_accounts'),
        'silent_account_rate': ('silent_accounts', 'silence_known_accounts'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'support_demand'), {
        'installed_base_covered_rate': ('covered_accounts', 'installed_base_accounts'),
        'heard_from_rate': ('heard_from_accounts', 'classed_accounts'),
        'assisted_rate': ('assisted_accounts', 'classed_accounts'),
        'self_help_only_rate': ('self_help_only_accounts', 'classed_accounts'),
        'silent_rate': ('silent_accounts', 'classed_accounts'),
        'needed_help_rate': ('needed_help_answers', 'need_answers'),
        'unmet_need_rate': ('unmet_need_answers', 'contact_known_answers'),
        'projected_demand': ('projected_demand', none, 'contact_known_answers'),
    }, estimates=['needed_help_rate', 'unmet_need_rate', 'projected_demand']) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'service_level'), {
        'service_level': ('answered_in_time', 'service_level_attempts'),
        'service_level_answered_only': ('answered_in_time', 'answered_with_threshold'),
        'service_level_offered': ('answered_in_time', 'ended_with_threshold'),
        'service_level_abandons_as_met': ('ended_in_time', 'ended_with_threshold'),
        'service_level_short_abandons_as_met': ('answered_in_time_or_short_abandoned', 'ended_with_threshold'),
        'abandonment_rate': ('abandoned', 'ended'),
        'average_speed_of_answer': ('answered_wait_seconds', 'answered'),
        'speed_of_answer_p90': (none, none, 'answered'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'handle_time'), {'average_handle_time': ('handle_seconds', 'timed_contacts')}) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'contact_quality'), {'contact_quality': (none, none, 'reviews_and_answers')}) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'escalations'), {
        'escalation_rate': ('escalated_cases', 'closed_cases'),
        'transfer_rate': ('transferred_cases', 'closed_cases'),
        'escalation_sent_back_rate': ('sent_back_cases', 'sent_back_known_cases'),
        'minutes_to_escalation': (none, none, 'escalated_cases'),
        'minutes_to_escalation_median': (none, none, 'escalated_cases'),
        'minutes_escalation_to_resolution': (none, none, 'escalated_cases'),
        'minutes_escalation_to_resolution_median': (none, none, 'escalated_cases'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'contact_rate'), {'contact_rate': ('cases_of_active_accounts', 'active_account_months')}) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'service_audits'),
        {'service_audit_pass_rate': ('passed_checks', 'checks')},
        estimates=['service_audit_pass_rate'],
    ) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'response_time'), {
        'first_response_minutes': (none, none, 'responded_cases'),
        'first_response_minutes_median': (none, none, 'responded_cases'),
        'first_response_minutes_p90': (none, none, 'responded_cases'),
        'first_response_minutes_mean': ('first_response_minutes_total', 'responded_cases'),
        'first_response_business_minutes': (none, none, 'business_responded_cases'),
        'first_response_business_minutes_median': (none, none, 'business_responded_cases'),
        'first_response_business_minutes_p90': (none, none, 'business_responded_cases'),
        'first_response_business_minutes_mean': ('first_response_business_minutes_total', 'business_responded_cases'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'resolution_time'), {
        'resolution_minutes': (none, none, 'timed_cases'),
        'resolution_minutes_median': (none, none, 'timed_cases'),
        'resolution_minutes_p90': (none, none, 'timed_cases'),
        'resolution_minutes_mean': ('resolution_minutes_total', 'timed_cases'),
        'resolution_business_minutes': (none, none, 'business_timed_cases'),
        'resolution_business_minutes_median': (none, none, 'business_timed_cases'),
        'resolution_business_minutes_p90': (none, none, 'business_timed_cases'),
        'resolution_business_minutes_mean': ('resolution_business_minutes_total', 'business_timed_cases'),
        'reopen_rate': ('reopened_cases', 'settled_closed_cases'),
    }) }}
    union all
    {{ casemart.metric_rows(ref('casemart', 'sla_attainment'), {
        'sla_attainment': ('attained_clocks', 'judged_clocks'),
    }) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'customer_voice'),
        {
            'customer_satisfaction': ('satisfied_answers', 'satisfaction_answers'),
            'customer_satisfaction_mean': ('satisfaction_points', 'satisfaction_answers'),
            'transactional_net_promoter_score': ('transactional_net_promoters', 'transactional_recommendation_answers'),
            'customer_effort_score': ('effort_points', 'effort_answers'),
            'customer_effort_easy_rate': ('easy_answers', 'effort_answers'),
        },
        estimates=[
            'customer_satisfaction', 'customer_satisfaction_mean', 'transactional_net_promoter_score', 'customer_effort_score',
            'customer_effort_easy_rate',
        ],
        condition="mart.segment_by not in ('industry', 'size_band')",
    ) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'customer_voice'),
        {
            'relationship_satisfaction': ('relationship_satisfied_answers', 'relationship_answers'),
            'net_promoter_score': ('net_promoters', 'recommendation_answers'),
            'recommendation_rate': ('promoters', 'recommendation_answers'),
        },
        estimates=['relationship_satisfaction', 'net_promoter_score', 'recommendation_rate'],
        condition="mart.segment_by in ('" ~ (['all'] + casemart.with_own_segments(casemart.account_segments())) | join("', '") ~ "')",
    ) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'customer_voice'),
        {'self_help_satisfaction': ('self_help_satisfied_answers', 'self_help_answers')},
        estimates=['self_help_satisfaction'],
        condition="mart.segment_by in ('all', 'channel', 'product', 'topic')",
    ) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'survey_response'),
        {'survey_response_rate': ('answered_invitations', 'settled_invitations')},
    ) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'employee_satisfaction'),
        {'employee_satisfaction': ('satisfied_employee_answers', 'employee_answers')},
        estimates=['employee_satisfaction'],
    ) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'experience_drivers'),
        {
            'driver_satisfaction_rate': ('satisfied_answers', 'driver_answers'),
            'driver_dissatisfaction_rate': ('dissatisfied_answers', 'driver_answers'),
        },
        estimates=['driver_satisfaction_rate', 'driver_dissatisfaction_rate'],
        condition="mart.segment_by = 'driver'",
    ) }}
    union all
    {{ casemart.metric_rows(
        ref('casemart', 'experience_drivers'),
        {'exceeded_expectations_rate': ('exceeded_answers', 'expectation_answers')},
        estimates=['exceeded_expectations_rate'],
        condition="mart.segment_by <> 'driver'",
    ) }}
)

select
    metric,
    unit,
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    numerator,
    denominator,
    metric_value as value,
    ci_low,
    ci_high,
    sample_size,
    is_complete,
    target,
    gap,
    definition_version
from all_metrics
