with
reviews as (
    select
        *,
        agent_id as agent
    from {{ ref('casemart', 'fct_quality_reviews') }}
),

answers as (
    select
        *,
        agent_id as agent
    from {{ ref('casemart', 'fct_survey_responses') }}
    where survey_type = 'post_case' and question = 'overall_satisfaction'
),

reviewed as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as reviews,
        {{ casemart.count_where("review_state = 'counted'") }} as counted_reviews,
        {{ casemart.count_where("review_state = 'invalid'") }} as invalid_reviews,
        {{ casemart.count_where("review_state = 'not_counted_case'") }} as not_counted_case_reviews,
        cast(coalesce(sum(normalised_score), 0) as decimal(28, 12)) as review_score_sum
    from ({{ casemart.in_periods('reviews', 'reviewed_on', casemart.quality_segments()) }}) as reviews_by_period
    group by period_grain, period_start, segment_by, segment
),

answered as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as answers,
        {{ casemart.count_where("answer_state = 'counted'") }} as counted_answers,
        cast(coalesce(sum(normalised_score), 0) as decimal(28, 12)) as answer_score_sum
    from ({{ casemart.in_periods('answers', 'responded_on', casemart.quality_segments()) }}) as answers_by_period
    group by period_grain, period_start, segment_by, segment
),

cells as (
    {{ casemart.cells_of('reviewed') }}
    union
    {{ casemart.cells_of('answered') }}
),

counted as (
    select
        cells.period_grain,
        cells.period_start,
        periods.period_end,
        cells.segment_by,
        cells.segment,
        {{ casemart.counts_or_zero('reviewed', [
            'reviews', 'counted_reviews', 'invalid_reviews', 'not_counted_case_reviews', 'review_score_sum',
        ]) }},
        {{ casemart.counts_or_zero('answered', ['answers', 'counted_answers', 'answer_score_sum']) }}
    from cells
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on cells.period_grain = periods.period_grain and cells.period_start = periods.period_start
    {{ casemart.join_cells('reviewed', 'cells') }}
    {{ casemart.join_cells('answered', 'cells') }}
),

parted as (
    select
        *,
        counted_reviews + counted_answers as reviews_and_answers,
        {{ casemart.rate('review_score_sum', 'counted_reviews') }} as quality_review_score,
        {{ casemart.rate('answer_score_sum', 'counted_answers') }} as survey_score
    from counted
),

-- Of one part alone the contact quality is that part, and says so.
weighted as (
    select
        *,
        coalesce(
            {{ casemart.weighted_quality('review_score_sum', 'counted_reviews', 'answer_score_sum', 'counted_answers') }},
            quality_review_score,
            survey_score
        ) as contact_quality,
        case when reviews_and_answers > 0 then counted_reviews = 0 or counted_answers = 0 end as is_single_source,
        {{ casemart.is_settled('period_end', 0) }} as is_complete
    from parted
),

targeted as (
    {{ casemart.with_targets('weighted', {'contact_quality': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    reviews,
    counted_reviews,
    invalid_reviews,
    not_counted_case_reviews,
    cast(review_score_sum as decimal(28, 12)) as review_score_sum,
    quality_review_score,
    answers,
    counted_answers,
    cast(answer_score_sum as decimal(28, 12)) as answer_score_sum,
    survey_score,
    reviews_and_answers,
    contact_quality,
    contact_quality_target,
    contact_quality_gap,
    is_single_source,
    is_complete
from targeted
