-- A category is in use from its first month with a cost on, assisted support at all times. One that was not booked in a month
-- in use leaves the period without a cost: never an understated sum.
with
costs as (
    select * from {{ ref('casemart', 'fct_costs') }}
),

calendar as (
    select distinct month_start from {{ ref('casemart', 'dim_dates') }}
),

categories as (
    select
        category,
        min(month_start) as first_month_start
    from costs
    group by category
),

months_in_use as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        categories.category,
        calendar.month_start
    from {{ ref('casemart', 'dim_periods') }} as periods
    inner join calendar on calendar.month_start between periods.period_start and periods.period_end
    inner join categories on calendar.month_start >= categories.first_month_start or categories.category = 'assisted_support'
    where periods.period_grain <> 'week'
)

select
    months_in_use.period_grain,
    months_in_use.period_start,
    months_in_use.period_end,
    months_in_use.category,
    count(*) as months_in_use,
    count(costs.month_start) as months_with_cost,
    count(*) = count(costs.month_start) as is_cost_complete,
    cast(case when count(*) = count(costs.month_start) then sum(costs.cost) end as decimal(18, 2)) as cost
from months_in_use
left join costs on months_in_use.month_start = costs.month_start and months_in_use.category = costs.category
group by months_in_use.period_grain, months_in_use.period_start, months_in_use.period_end, months_in_use.category
