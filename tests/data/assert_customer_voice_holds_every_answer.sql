-- Each kind of survey and question by itself: the answers that count are in the mart once, in the classes
-- of their scores.
with
answers as (
    select
        days.period_grain,
        days.period_start,
        answers.survey_type || ' ' || answers.question as population,
        answers.experience,
        answers.recommendation,
        answers.is_easy
    from {{ ref('casemart', 'fct_survey_responses') }} as answers
    inner join {{ ref('casemart', 'dim_period_days') }} as days on answers.responded_on = days.date_day
    where
        answers.answer_state = 'counted'
        and answers.question in ('overall_satisfaction', 'likelihood_to_recommend', 'effort_ease')
),

facts as (
    select
        period_grain,
        period_start,
        {{ casemart.count_where("population = 'post_case overall_satisfaction'") }} as satisfaction_answers,
        {{ casemart.count_where("population = 'post_case overall_satisfaction' and experience = 'positive'") }} as satisfied_answers,
        {{ casemart.count_where("population = 'relationship overall_satisfaction'") }} as relationship_answers,
        {{ casemart.count_where("population = 'self_help overall_satisfaction'") }} as self_help_answers,
        {{ casemart.count_where("population = 'relationship likelihood_to_recommend'") }} as recommendation_answers,
        {{ casemart.count_where("population like 'relationship%' and recommendation = 'promoter'") }} as promoters,
        {{ casemart.count_where("population = 'post_case likelihood_to_recommend'") }} as transactional_recommendation_answers,
        {{ casemart.count_where("population = 'post_case effort_ease'") }} as effort_answers,
        {{ casemart.count_where('is_easy') }} as easy_answers
    from answers
    group by period_grain, period_start
),

totals as (
    select * from {{ ref('casemart', 'customer_voice') }}
    where segment_by = 'all'
)

select
    'counts differ' as problem,
    facts.period_start
from facts
left join totals on facts.period_grain = totals.period_grain and facts.period_start = totals.period_start
where
    facts.satisfaction_answers <> coalesce(totals.satisfaction_answers, -1)
    or facts.satisfied_answers <> totals.satisfied_answers
    or facts.relationship_answers <> totals.relationship_answers
    or facts.self_help_answers <> totals.self_help_answers
    or facts.recommendation_answers <> totals.recommendation_answers
    or facts.promoters <> totals.promoters
    or facts.transactional_recommendation_answers <> totals.transactional_recommendation_answers
    or facts.effort_answers <> totals.effort_answers
    or facts.easy_answers <> totals.easy_answers
union all
select
    'classes do not make up the answers' as problem,
    period_start
from {{ ref('casemart', 'customer_voice') }}
where
    satisfied_answers + neutral_answers + dissatisfied_answers <> satisfaction_answers
    or relationship_satisfied_answers + relationship_neutral_answers + relationship_dissatisfied_answers <> relationship_answers
    or self_help_satisfied_answers + self_help_neutral_answers + self_help_dissatisfied_answers <> self_help_answers
    or promoters + passives + detractors <> recommendation_answers
    or transactional_promoters + transactional_passives + transactional_detractors <> transactional_recommendation_answers
    or easy_answers > effort_answers
union all
select
    'a score outside its scale' as problem,
    period_start
from {{ ref('casemart', 'customer_voice') }}
where
    not net_promoter_score between -100 and 100
    or not transactional_net_promoter_score between -100 and 100
    or not customer_effort_score between 1 and 7
    or net_promoter_score_ci_low < -100
    or net_promoter_score_ci_high > 100
    or transactional_net_promoter_score_ci_low < -100
    or transactional_net_promoter_score_ci_high > 100
    or customer_effort_score_ci_low < 1
    or customer_effort_score_ci_high > 7
