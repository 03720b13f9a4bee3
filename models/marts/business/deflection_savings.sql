-- Every segment at the overall cost and hours per case: costs know no products.
with
valued as (
    select
        deflection.period_grain,
        deflection.period_start,
        deflection.period_end,
        deflection.segment_by,
        deflection.segment,
        deflection.answered_sessions,
        deflection.deflected_cases,
        deflection.deflected_cases_ci_low,
        deflection.deflected_cases_ci_high,
        deflection.deflected_cases_floor,
        deflection.deflected_cases_ceiling,
        business.assisted_support_cost is not null as is_cost_complete,
        {{ casemart.rate('business.assisted_support_cost', 'business.opened_cases') }} as cost_per_assisted_case,
        business.handle_hours_per_case,
        deflection.is_complete
    from {{ ref('casemart', 'deflection') }} as deflection
    left join {{ ref('casemart', 'fct_business_periods') }} as business
        on deflection.period_grain = business.period_grain and deflection.period_start = business.period_start
    where deflection.period_grain <> 'week'
),

saved as (
    select
        *,
        {{ casemart.rounded('deflected_cases * cost_per_assisted_case') }} as deflection_savings,
        {{ casemart.rounded('deflected_cases_ci_low * cost_per_assisted_case') }} as deflection_savings_ci_low,
        {{ casemart.rounded('deflected_cases_ci_high * cost_per_assisted_case') }} as deflection_savings_ci_high,
        {{ casemart.rounded('deflected_cases_floor * cost_per_assisted_case') }} as deflection_savings_floor,
        {{ casemart.rounded('deflected_cases_ceiling * cost_per_assisted_case') }} as deflection_savings_ceiling,
        {{ casemart.rounded('deflected_cases * handle_hours_per_case') }} as hours_freed,
        {{ casemart.rounded('deflected_cases_ci_low * handle_hours_per_case') }} as hours_freed_ci_low,
        {{ casemart.rounded('deflected_cases_ci_high * handle_hours_per_case') }} as hours_freed_ci_high
    from valued
),

targeted as (
    {{ casemart.with_targets('saved', {'deflection_savings': 1, 'hours_freed': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    answered_sessions,
    deflected_cases,
    cost_per_assisted_case,
    is_cost_complete,
    deflection_savings,
    deflection_savings_ci_low,
    deflection_savings_ci_high,
    deflection_savings_floor,
    deflection_savings_ceiling,
    deflection_savings_target,
    deflection_savings_gap,
    handle_hours_per_case,
    hours_freed,
    hours_freed_ci_low,
    hours_freed_ci_high,
    hours_freed_target,
    hours_freed_gap,
    is_complete
from targeted
