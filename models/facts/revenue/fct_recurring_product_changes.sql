-- What each product did to the value of an account, and how much of it is volume (more or fewer units) and price (the rest).
with
changes as (
    select * from {{ ref('casemart', 'fct_recurring_value_changes') }}
),

entities as (
    {{ casemart.entities('changes') }}
),

products as (
    select
        segment_by,
        segment,
        account_id,
        month_start,
        product,
        sum(opening_value) as opening_value,
        sum(opening_value + fx_value) as opening_value_at_new_rate,
        sum(closing_value - opening_value - fx_value) as change_value,
        max(case when is_at_opening then 1 else 0 end) = 1 as is_at_opening,
        max(case when is_at_closing then 1 else 0 end) = 1 as is_at_closing,
        case when count(opening_quantity) = count(*) then sum(opening_quantity) end as opening_quantity,
        case when count(closing_quantity) = count(*) then sum(closing_quantity) end as closing_quantity
    from entities
    group by segment_by, segment, account_id, month_start, product
),

split as (
    select
        *,
        case
            when not is_at_opening or not is_at_closing then change_value
            when opening_quantity > 0
                then {{ casemart.cents(casemart.divided('(closing_quantity - opening_quantity) * opening_value_at_new_rate', 'opening_quantity')) }}
        end as volume_change
    from products
)

select
    segment_by,
    segment,
    account_id,
    month_start,
    product,
    cast(change_value as decimal(18, 2)) as change_value,
    cast(opening_quantity as decimal(18, 4)) as opening_quantity,
    cast(closing_quantity as decimal(18, 4)) as closing_quantity,
    cast(volume_change as decimal(18, 2)) as volume_change,
    cast(change_value - volume_change as decimal(18, 2)) as price_change,
    cast(case when volume_change is null then change_value end as decimal(18, 2)) as unsplit_change
from split
