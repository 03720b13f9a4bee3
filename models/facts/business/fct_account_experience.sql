with
exposures as (
    select * from {{ ref('casemart', 'fct_experience_exposures') }}
),

followed as (
    select
        exposures.*,
        outcomes.account_state,
        outcomes.window_to_on,
        outcomes.renewal_state,
        outcomes.purchase_state,
        outcomes.recommendation_state,
        outcomes.has_renewal_so_far,
        outcomes.has_purchase_so_far,
        outcomes.has_recommendation_so_far,
        {{ casemart.end_of_day('least(exposures.anchor_on, ' ~ casemart.as_of() ~ ')') }} as dated_at
    from exposures
    inner join {{ ref('casemart', 'fct_account_outcomes') }} as outcomes
        on exposures.account_id = outcomes.account_id and exposures.anchor_on = outcomes.anchor_on
),

segmented as (
    {{ casemart.with_account_segments('followed') }}
)

select
    period_grain,
    period_start,
    period_end,
    account_id,
    exposure,
    exposure_class,
    mean_score,
    experience_class,
    anchor_on,
    window_to_on,
    account_state,
    renewal_state,
    case renewal_state when 'happened' then true when 'not_happened' then false end as has_renewed,
    has_renewal_so_far,
    purchase_state,
    case purchase_state when 'happened' then true when 'not_happened' then false end as has_purchased,
    has_purchase_so_far,
    recommendation_state,
    case recommendation_state when 'happened' then true when 'not_happened' then false end as has_recommended,
    has_recommendation_so_far,
    account_segment,
    region,
    industry,
    size_band
from segmented
