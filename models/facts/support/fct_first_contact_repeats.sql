with
resolved as (
    select
        outcomes.case_id,
        cases.contact_id,
        cases.account_id,
        cases.product,
        outcomes.fcr_at as initial_interaction_at,
        {{ casemart.add_days('outcomes.acknowledged_on', var('casemart_fcr_repeat_window_days')) }} as window_ends_on
    from {{ ref('casemart', 'fct_first_contact_outcomes') }} as outcomes
    inner join {{ ref('casemart', 'fct_case_lifecycles') }} as cases on outcomes.case_id = cases.case_id
    where outcomes.fcr_status = 'resolved'
),

counted_cases as (
    select * from {{ ref('casemart', 'fct_case_lifecycles') }}
    where is_counted
),

-- The same contact; where either contact is unknown, the same account.
pairs as (
    select
        resolved.*,
        others.case_id as repeat_case_id,
        others.product as repeat_product,
        others.opened_at,
        others.opened_on
    from resolved
    inner join counted_cases as others on resolved.contact_id = others.contact_id

    union all

    select
        resolved.*,
        others.case_id as repeat_case_id,
        others.product as repeat_product,
        others.opened_at,
        others.opened_on
    from resolved
    inner join counted_cases as others on resolved.account_id = others.account_id
    where resolved.contact_id is null or others.contact_id is null
),

repeats as (
    select
        case_id,
        repeat_case_id,
        row_number() over (partition by case_id order by opened_at, repeat_case_id) as repeat_number
    from pairs
    where
        case_id <> repeat_case_id
        and product is not distinct from repeat_product
        and opened_at > initial_interaction_at
        and opened_on <= window_ends_on
),

first_repeats as (
    select
        case_id,
        repeat_case_id
    from repeats
    where repeat_number = 1
)

select
    resolved.case_id,
    first_repeats.repeat_case_id,
    case
        when first_repeats.case_id is not null then 'repeated'
        when resolved.window_ends_on > {{ casemart.as_of() }} then 'undetermined'
        else 'resolved'
    end as no_repeat_state
from resolved
left join first_repeats on resolved.case_id = first_repeats.case_id
