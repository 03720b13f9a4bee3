-- What a month closes with, the next one opens with: for each account and part of one, each segment and the total.
with
balances as (
    select
        segment_by || ' ' || segment || ' ' || account_id as entity,
        month_start,
        opening_value,
        closing_value
    from {{ ref('casemart', 'fct_recurring_movements') }}

    union all

    select
        segment_by || ' ' || segment as entity,
        month_start,
        opening_value,
        closing_value
    from {{ ref('casemart', 'leaf_recurring_revenue') }}
),

-- Both ways, so that neither a closing without an opening nor an opening from nowhere is overlooked.
sides as (
    select
        entity,
        {{ casemart.add_months('month_start', 1) }} as month_start,
        closing_value as closing_before,
        0 as opening_value
    from balances
    where {{ casemart.add_months('month_start', 1) }} <= {{ casemart.as_of() }}

    union all

    select
        entity,
        month_start,
        0 as closing_before,
        opening_value
    from balances
)

select
    entity,
    month_start,
    sum(closing_before) as closing_before,
    sum(opening_value) as opening_value
from sides
group by entity, month_start
having sum(closing_before) <> sum(opening_value)
