with
survey_answers as (
    select * from {{ ref('casemart', 'fct_survey_responses') }}
),

-- Beside each answer the overall satisfaction of the same response, where both count.
answers as (
    select
        survey_answers.*,
        drivers.driver,
        drivers.element,
        case when drivers.driver is not null then survey_answers.experience end as driver_experience,
        case when drivers.driver is not null then survey_answers.normalised_score end as driver_score,
        case when overall.normalised_score is not null then survey_answers.normalised_score end as paired_score,
        case when survey_answers.normalised_score is not null then overall.normalised_score end as overall_score,
        case when survey_answers.question = 'expectations_met' then survey_answers.experience end as expectation
    from survey_answers
    left join {{ ref('casemart', 'driver_questions') }} as drivers on survey_answers.question = drivers.question
    left join survey_answers as overall
        on
            survey_answers.response_id = overall.response_id
            and overall.question = 'overall_satisfaction'
            and drivers.driver is not null
),

driver_answers as (
    select * from answers
    where driver is not null
),

expectation_answers as (
    select * from answers
    where question = 'expectations_met'
),

driver_cells as (
    {{ casemart.in_periods('driver_answers', 'responded_on', ['driver']) }}
),

-- Drivers have no total: a mean over them would mean nothing.
in_cells as (
    select * from driver_cells
    where segment_by = 'driver'
    union all
    {{ casemart.in_periods('expectation_answers', 'responded_on', ['survey_type'] + casemart.account_segments()) }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        max(element) as element,
        cast(count(driver_experience) as bigint) as driver_answers,
        {{ casemart.count_where("driver_experience = 'positive'") }} as satisfied_answers,
        {{ casemart.count_where("driver_experience = 'neutral'") }} as neutral_answers,
        {{ casemart.count_where("driver_experience = 'negative'") }} as dissatisfied_answers,
        {{ casemart.exact_sum('driver_score', 12) }} as driver_points,
        cast(count(paired_score) as bigint) as pairs,
        {{ casemart.exact_sum('paired_score', 12) }} as paired_sum,
        {{ casemart.exact_sum('overall_score', 12) }} as overall_sum,
        {{ casemart.exact_sum('paired_score * paired_score', 24) }} as paired_squares,
        {{ casemart.exact_sum('overall_score * overall_score', 24) }} as overall_squares,
        {{ casemart.exact_sum('paired_score * overall_score', 24) }} as products,
        cast(count(expectation) as bigint) as expectation_answers,
        -- 1 far below, 3 met, 5 far above.
        {{ casemart.count_where("expectation = 'positive'") }} as exceeded_answers,
        {{ casemart.count_where("expectation = 'neutral'") }} as met_answers,
        {{ casemart.count_where("expectation = 'negative'") }} as below_answers
    from in_cells
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('satisfied_answers', 'driver_answers') }} as driver_satisfaction_rate,
        {{ casemart.wilson_low('satisfied_answers', 'driver_answers') }} as driver_satisfaction_rate_ci_low,
        {{ casemart.wilson_high('satisfied_answers', 'driver_answers') }} as driver_satisfaction_rate_ci_high,
        {{ casemart.rate('dissatisfied_answers', 'driver_answers') }} as driver_dissatisfaction_rate,
        {{ casemart.wilson_low('dissatisfied_answers', 'driver_answers') }} as driver_dissatisfaction_rate_ci_low,
        {{ casemart.wilson_high('dissatisfied_answers', 'driver_answers') }} as driver_dissatisfaction_rate_ci_high,
        {{ casemart.rate('driver_points', 'driver_answers') }} as driver_score_mean,
        {{ casemart.correlation('pairs', 'paired_sum', 'overall_sum', 'paired_squares', 'overall_squares', 'products') }}
            as correlation_with_satisfaction,
        {{ casemart.rate('exceeded_answers', 'expectation_answers') }} as exceeded_expectations_rate,
        {{ casemart.wilson_low('exceeded_answers', 'expectation_answers') }} as exceeded_expectations_rate_ci_low,
        {{ casemart.wilson_high('exceeded_answers', 'expectation_answers') }} as exceeded_expectations_rate_ci_high
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {
        'driver_satisfaction_rate': 1,
        'driver_dissatisfaction_rate': -1,
        'exceeded_expectations_rate': 1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    element,
    driver_answers,
    satisfied_answers,
    neutral_answers,
    dissatisfied_answers,
    driver_satisfaction_rate,
    driver_satisfaction_rate_ci_low,
    driver_satisfaction_rate_ci_high,
    driver_satisfaction_rate_target,
    driver_satisfaction_rate_gap,
    driver_dissatisfaction_rate,
    driver_dissatisfaction_rate_ci_low,
    driver_dissatisfaction_rate_ci_high,
    driver_dissatisfaction_rate_target,
    driver_dissatisfaction_rate_gap,
    driver_points,
    driver_score_mean,
    expectation_answers,
    exceeded_answers,
    met_answers,
    below_answers,
    exceeded_expectations_rate,
    exceeded_expectations_rate_ci_low,
    exceeded_expectations_rate_ci_high,
    exceeded_expectations_rate_target,
    exceeded_expectations_rate_gap,
    pairs,
    correlation_with_satisfaction,
    {{ casemart.correlation_bound('correlation_with_satisfaction', 'pairs', '-') }} as correlation_with_satisfaction_ci_low,
    {{ casemart.correlation_bound('correlation_with_satisfaction', 'pairs', '+') }} as correlation_with_satisfaction_ci_high,
    case when segment_by = 'driver' then 'association' end as interpretation,
    {{ casemart.is_settled('period_end', 0) }} as is_complete
from targeted
