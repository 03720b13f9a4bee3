with
all_engagements as (
    select * from {{ ref('casemart', 'fct_engagements') }}
),

engagements as (
    {{ casemart.in_periods('all_engagements', 'engaged_on', casemart.account_segments() + ['kind', 'team']) }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        {{ casemart.count_where('is_positive is not null') }} as engagements,
        {{ casemart.count_where("engagement_state = 'positive'") }} as positive_engagements,
        {{ casemart.count_where("engagement_state = 'neutral'") }} as neutral_engagements,
        {{ casemart.count_where("engagement_state = 'negative'") }} as negative_engagements,
        {{ casemart.count_where("engagement_state = 'unknown'") }} as unknown_engagements,
        {{ casemart.count_where('is_positive_known is not null') }} as known_engagements,
        {{ casemart.count_where('is_positive_upper') }} as positive_or_unknown_engagements,
        {{ casemart.count_where("engagement_state = 'undetermined'") }} as undetermined_engagements
    from engagements
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('positive_engagements', 'engagements') }} as engagement_quality,
        {{ casemart.rate('positive_engagements', 'known_engagements') }} as engagement_quality_known,
        {{ casemart.rate('positive_or_unknown_engagements', 'engagements') }} as engagement_quality_upper
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {'engagement_quality': 1, 'engagement_quality_known': 1, 'engagement_quality_upper': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    engagements,
    positive_engagements,
    neutral_engagements,
    negative_engagements,
    unknown_engagements,
    known_engagements,
    positive_or_unknown_engagements,
    undetermined_engagements,
    engagement_quality,
    engagement_quality_target,
    engagement_quality_gap,
    engagement_quality_known,
    engagement_quality_known_target,
    engagement_quality_known_gap,
    engagement_quality_upper,
    engagement_quality_upper_target,
    engagement_quality_upper_gap,
    {{ casemart.is_settled('period_end', var('casemart_survey_settlement_days')) }} as is_complete
from targeted
