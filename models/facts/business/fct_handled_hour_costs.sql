with
handled as (
    select
        periods.period_grain,
        periods.period_start,
        count(*) as handled_contacts,
        {{ casemart.handled_hours('sum(contacts.handle_seconds)', 'count(contacts.handle_seconds)', 'count(*)') }} as handled_hours
    from {{ ref('casemart', 'fct_handled_contacts') }} as contacts
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on contacts.handled_on between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start
),

calendar as (
    select distinct month_start from {{ ref('casemart', 'dim_dates') }}
),

months as (
    select
        periods.period_grain,
        periods.period_start,
        count(*) as months,
        count(costs.month_start) as months_with_cost,
        sum(costs.cost) as assisted_support_cost
    from {{ ref('casemart', 'dim_periods') }} as periods
    inner join calendar
        on calendar.month_start between periods.period_start and periods.period_end
    left join {{ ref('casemart', 'fct_costs') }} as costs
        on calendar.month_start = costs.month_start and costs.category = 'assisted_support'
    where periods.period_grain <> 'week'
    group by periods.period_grain, periods.period_start
)

select
    months.period_grain,
    months.period_start,
    months.months = months.months_with_cost as is_cost_complete,
    -- Never an understated sum: a month without a cost leaves the period without one.
    case when months.months = months.months_with_cost then cast(months.assisted_support_cost as decimal(18, 2)) end as assisted_support_cost,
    handled.handled_contacts,
    handled.handled_hours,
    case
        when months.months = months.months_with_cost
            then cast(months.assisted_support_cost as {{ casemart.type_double() }}) / nullif(handled.handled_hours, 0)
    end as cost_per_handled_hour
from months
left join handled on months.period_grain = handled.period_grain and months.period_start = handled.period_start
