with
-- Each question by kind of survey is a population of its own: they are never mixed.
answers as (
    select
        *,
        case when survey_type = 'post_case' and question = 'overall_satisfaction' then experience end as case_experience,
        case when survey_type = 'post_case' and question = 'overall_satisfaction' then normalised_score end as case_score,
        case when survey_type = 'relationship' and question = 'overall_satisfaction' then experience end as relationship_experience,
        case when survey_type = 'self_help' and question = 'overall_satisfaction' then experience end as self_help_experience,
        case when survey_type = 'relationship' then recommendation end as relationship_recommendation,
        case when survey_type = 'post_case' then recommendation end as transactional_recommendation,
        case when is_easy is not null then score end as effort_score
    from {{ ref('casemart', 'fct_survey_responses') }}
    where question in ('overall_satisfaction', 'likelihood_to_recommend', 'effort_ease')
),

case_answers as (
    select * from answers
    where survey_type = 'post_case'
),

relationship_answers as (
    select * from answers
    where survey_type = 'relationship'
),

self_help_answers as (
    select * from answers
    where survey_type = 'self_help'
),

-- Each kind of survey has its own segments.
in_cells as (
    {{ casemart.in_periods('case_answers', 'responded_on', casemart.case_segments() + ['topic']) }}
    union all
    {{ casemart.in_periods('relationship_answers', 'responded_on', casemart.account_segments()) }}
    union all
    {{ casemart.in_periods('self_help_answers', 'responded_on', ['channel', 'product', 'topic']) }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        cast(count(case_experience) as bigint) as satisfaction_answers,
        {{ casemart.count_where("case_experience = 'positive'") }} as satisfied_answers,
        {{ casemart.count_where("case_experience = 'neutral'") }} as neutral_answers,
        {{ casemart.count_where("case_experience = 'negative'") }} as dissatisfied_answers,
        {{ casemart.exact_sum('case_score', 12) }} as satisfaction_points,
        {{ casemart.exact_sum('case_score * case_score', 24) }} as satisfaction_squares,
        cast(count(relationship_experience) as bigint) as relationship_answers,
        {{ casemart.count_where("relationship_experience = 'positive'") }} as relationship_satisfied_answers,
        {{ casemart.count_where("relationship_experience = 'neutral'") }} as relationship_neutral_answers,
        {{ casemart.count_where("relationship_experience = 'negative'") }} as relationship_dissatisfied_answers,
        cast(count(self_help_experience) as bigint) as self_help_answers,
        {{ casemart.count_where("self_help_experience = 'positive'") }} as self_help_satisfied_answers,
        {{ casemart.count_where("self_help_experience = 'neutral'") }} as self_help_neutral_answers,
        {{ casemart.count_where("self_help_experience = 'negative'") }} as self_help_dissatisfied_answers,
        cast(count(relationship_recommendation) as bigint) as recommendation_answers,
        {{ casemart.count_where("relationship_recommendation = 'promoter'") }} as promoters,
        {{ casemart.count_where("relationship_recommendation = 'passive'") }} as passives,
        {{ casemart.count_where("relationship_recommendation = 'detractor'") }} as detractors,
        cast(count(transactional_recommendation) as bigint) as transactional_recommendation_answers,
        {{ casemart.count_where("transactional_recommendation = 'promoter'") }} as transactional_promoters,
        {{ casemart.count_where("transactional_recommendation = 'passive'") }} as transactional_passives,
        {{ casemart.count_where("transactional_recommendation = 'detractor'") }} as transactional_detractors,
        cast(count(effort_score) as bigint) as effort_answers,
        {{ casemart.exact_sum('effort_score', 4) }} as effort_points,
        {{ casemart.exact_sum('effort_score * effort_score', 8) }} as effort_squares,
        {{ casemart.count_where('is_easy') }} as easy_answers,
        {{ casemart.count_where("answer_state = 'repeat'") }} as repeated_answers,
        {{ casemart.count_where("answer_state = 'unusable'") }} as unusable_answers,
        {{ casemart.count_where("answer_state = 'other_scale'") }} as other_scale_answers,
        {{ casemart.count_where("answer_state = 'not_counted_case'") }} as not_counted_case_answers,
        {{ casemart.count_where("answer_state = 'unknown_question'") }} as unknown_question_answers
    from in_cells
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        promoters - detractors as net_promoters,
        transactional_promoters - transactional_detractors as transactional_net_promoters,
        {{ casemart.rate('satisfied_answers', 'satisfaction_answers') }} as customer_satisfaction,
        {{ casemart.wilson_low('satisfied_answers', 'satisfaction_answers') }} as customer_satisfaction_ci_low,
        {{ casemart.wilson_high('satisfied_answers', 'satisfaction_answers') }} as customer_satisfaction_ci_high,
        {{ casemart.rate('satisfaction_points', 'satisfaction_answers') }} as customer_satisfaction_mean,
        {{ casemart.mean_bound('satisfaction_points', 'satisfaction_squares', 'satisfaction_answers', '-', 0, 1) }}
            as customer_satisfaction_mean_ci_low,
        {{ casemart.mean_bound('satisfaction_points', 'satisfaction_squares', 'satisfaction_answers', '+', 0, 1) }}
            as customer_satisfaction_mean_ci_high,
        {{ casemart.rate('relationship_satisfied_answers', 'relationship_answers') }} as relationship_satisfaction,
        {{ casemart.wilson_low('relationship_satisfied_answers', 'relationship_answers') }} as relationship_satisfaction_ci_low,
        {{ casemart.wilson_high('relationship_satisfied_answers', 'relationship_answers') }} as relationship_satisfaction_ci_high,
        {{ casemart.rate('self_help_satisfied_answers', 'self_help_answers') }} as self_help_satisfaction,
        {{ casemart.wilson_low('self_help_satisfied_answers', 'self_help_answers') }} as self_help_satisfaction_ci_low,
        {{ casemart.wilson_high('self_help_satisfied_answers', 'self_help_answers') }} as self_help_satisfaction_ci_high,
        {{ casemart.rate('100 * (promoters - detractors)', 'recommendation_answers') }} as net_promoter_score,
        {{ casemart.net_promoter_bound('promoters', 'detractors', 'recommendation_answers', '-') }} as net_promoter_score_ci_low,
        {{ casemart.net_promoter_bound('promoters', 'detractors', 'recommendation_answers', '+') }} as net_promoter_score_ci_high,
        {{ casemart.rate('promoters', 'recommendation_answers') }} as recommendation_rate,
        {{ casemart.wilson_low('promoters', 'recommendation_answers') }} as recommendation_rate_ci_low,
        {{ casemart.wilson_high('promoters', 'recommendation_answers') }} as recommendation_rate_ci_high,
        {{ casemart.rate('100 * (transactional_promoters - transactional_detractors)', 'transactional_recommendation_answers') }}
            as transactional_net_promoter_score,
        {{ casemart.net_promoter_bound(
            'transactional_promoters', 'transactional_detractors', 'transactional_recommendation_answers', '-'
        ) }} as transactional_net_promoter_score_ci_low,
        {{ casemart.net_promoter_bound(
            'transactional_promoters', 'transactional_detractors', 'transactional_recommendation_answers', '+'
        ) }} as transactional_net_promoter_score_ci_high,
        {{ casemart.rate('effort_points', 'effort_answers') }} as customer_effort_score,
        {{ casemart.mean_bound('effort_points', 'effort_squares', 'effort_answers', '-', 1, 7) }} as customer_effort_score_ci_low,
        {{ casemart.mean_bound('effort_points', 'effort_squares', 'effort_answers', '+', 1, 7) }} as customer_effort_score_ci_high,
        {{ casemart.rate('easy_answers', 'effort_answers') }} as customer_effort_easy_rate,
        {{ casemart.wilson_low('easy_answers', 'effort_answers') }} as customer_effort_easy_rate_ci_low,
        {{ casemart.wilson_high('easy_answers', 'effort_answers') }} as customer_effort_easy_rate_ci_high
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {
        'customer_satisfaction': 1,
        'customer_satisfaction_mean': 1,
        'relationship_satisfaction': 1,
        'self_help_satisfaction': 1,
        'net_promoter_score': 1,
        'recommendation_rate': 1,
        'transactional_net_promoter_score': 1,
        'customer_effort_score': 1,
        'customer_effort_easy_rate': 1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    satisfaction_answers,
    satisfied_answers,
    neutral_answers,
    dissatisfied_answers,
    customer_satisfaction,
    customer_satisfaction_ci_low,
    customer_satisfaction_ci_high,
    customer_satisfaction_target,
    customer_satisfaction_gap,
    satisfaction_points,
    customer_satisfaction_mean,
    customer_satisfaction_mean_ci_low,
    customer_satisfaction_mean_ci_high,
    customer_satisfaction_mean_target,
    customer_satisfaction_mean_gap,
    relationship_answers,
    relationship_satisfied_answers,
    relationship_neutral_answers,
    relationship_dissatisfied_answers,
    relationship_satisfaction,
    relationship_satisfaction_ci_low,
    relationship_satisfaction_ci_high,
    relationship_satisfaction_target,
    relationship_satisfaction_gap,
    self_help_answers,
    self_help_satisfied_answers,
    self_help_neutral_answers,
    self_help_dissatisfied_answers,
    self_help_satisfaction,
    self_help_satisfaction_ci_low,
    self_help_satisfaction_ci_high,
    self_help_satisfaction_target,
    self_help_satisfaction_gap,
    recommendation_answers,
    promoters,
    passives,
    detractors,
    net_promoters,
    net_promoter_score,
    net_promoter_score_ci_low,
    net_promoter_score_ci_high,
    net_promoter_score_target,
    net_promoter_score_gap,
    recommendation_rate,
    recommendation_rate_ci_low,
    recommendation_rate_ci_high,
    recommendation_rate_target,
    recommendation_rate_gap,
    transactional_recommendation_answers,
    transactional_promoters,
    transactional_passives,
    transactional_detractors,
    transactional_net_promoters,
    transactional_net_promoter_score,
    transactional_net_promoter_score_ci_low,
    transactional_net_promoter_score_ci_high,
    transactional_net_promoter_score_target,
    transactional_net_promoter_score_gap,
    effort_answers,
    effort_points,
    customer_effort_score,
    customer_effort_score_ci_low,
    customer_effort_score_ci_high,
    customer_effort_score_target,
    customer_effort_score_gap,
    easy_answers,
    customer_effort_easy_rate,
    customer_effort_easy_rate_ci_low,
    customer_effort_easy_rate_ci_high,
    customer_effort_easy_rate_target,
    customer_effort_easy_rate_gap,
    repeated_answers,
    unusable_answers,
    other_scale_answers,
    not_counted_case_answers,
    unknown_question_answers,
    {{ casemart.is_settled('period_end', 0) }} as is_complete
from targeted
