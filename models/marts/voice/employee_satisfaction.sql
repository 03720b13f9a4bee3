with
cells as (
    select * from {{ ref('casemart', 'fct_employee_satisfaction') }}
),

-- A hidden cell says that it is hidden, and nothing else.
shown as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        is_suppressed,
        case when not is_suppressed then employee_answers end as employee_answers,
        case when not is_suppressed then satisfied_employee_answers end as satisfied_employee_answers,
        case when not is_suppressed then neutral_employee_answers end as neutral_employee_answers,
        case when not is_suppressed then dissatisfied_employee_answers end as dissatisfied_employee_answers,
        case when not is_suppressed then customer_answers end as customer_answers,
        case when not is_suppressed then satisfied_customer_answers end as satisfied_customer_answers
    from cells
),

rated as (
    select
        *,
        {{ casemart.rate('satisfied_employee_answers', 'employee_answers') }} as employee_satisfaction,
        {{ casemart.wilson_low('satisfied_employee_answers', 'employee_answers') }} as employee_satisfaction_ci_low,
        {{ casemart.wilson_high('satisfied_employee_answers', 'employee_answers') }} as employee_satisfaction_ci_high,
        {{ casemart.rate('satisfied_customer_answers', 'customer_answers') }} as customer_satisfaction
    from shown
),

targeted as (
    {{ casemart.with_targets('rated', {'employee_satisfaction': 1}) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    is_suppressed,
    employee_answers,
    satisfied_employee_answers,
    neutral_employee_answers,
    dissatisfied_employee_answers,
    employee_satisfaction,
    employee_satisfaction_ci_low,
    employee_satisfaction_ci_high,
    employee_satisfaction_target,
    employee_satisfaction_gap,
    customer_answers,
    satisfied_customer_answers,
    customer_satisfaction,
    {{ casemart.is_settled('period_end', 0) }} as is_complete
from targeted
