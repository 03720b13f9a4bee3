with
customers as (
    select * from {{ ref('casemart', 'fct_onboarding') }}
),

onboardings as (
    {{ casemart.in_periods('customers', 'first_covered_on', casemart.account_segments()) }}
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        count(*) as new_customers,
        {{ casemart.count_where('is_onboarded is not null') }} as determined_customers,
        {{ casemart.count_where('is_onboarded') }} as onboarded_customers,
        {{ casemart.count_where('is_onboarded_upper') }} as onboarded_upper_customers,
        {{ casemart.count_where("onboarding_state = 'guidance_unknown'") }} as guidance_unknown_customers,
        {{ casemart.count_where("onboarding_state = 'not_onboarded'") }} as not_onboarded_customers,
        {{ casemart.count_where("onboarding_state = 'undetermined'") }} as undetermined_customers,
        {{ casemart.count_where('is_onboarded_so_far') }} as onboarded_so_far,
        {{ casemart.percentile(0.5, 'cast(days_to_guidance as ' ~ casemart.type_double() ~ ')') }} as median_days_to_guidance
    from onboardings
    group by period_grain, period_start, period_end, segment_by, segment
),

rated as (
    select
        *,
        {{ casemart.rate('onboarded_customers', 'determined_customers') }} as onboarding_rate,
        {{ casemart.rate('onboarded_upper_customers', 'determined_customers') }} as onboarding_rate_upper
    from counted
),

targeted as (
    {{ casemart.with_targets('rated', {'onboarding_rate': 1, 'onboarding_rate_upper': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    new_customers,
    determined_customers,
    onboarded_customers,
    onboarded_upper_customers,
    guidance_unknown_customers,
    not_onboarded_customers,
    undetermined_customers,
    onboarded_so_far,
    median_days_to_guidance,
    onboarding_rate,
    onboarding_rate_target,
    onboarding_rate_gap,
    onboarding_rate_upper,
    onboarding_rate_upper_target,
    onboarding_rate_upper_gap,
    {{ casemart.is_settled('period_end', var('casemart_onboarding_window_days')) }} as is_complete
from targeted
