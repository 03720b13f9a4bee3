with
handled as (
    select
        periods.period_grain,
        periods.period_start,
        count(*) as handled_contacts,
        sum(case when interactions.handle_seconds is not null then 1 else 0 end) as measured_contacts,
        sum(interactions.handle_seconds) as measured_seconds
    from {{ ref('casemart', 'fct_interactions') }} as interactions
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on interactions.occurred_on between periods.period_start and periods.period_end
    where interactions.is_handled_contact and interactions.is_of_counted_case
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
    -- Contacts without a measured time count with the mean of the measured ones.
    cast(handled.measured_seconds as {{ casemart.type_double() }}) / nullif(handled.measured_contacts, 0)
    * handled.handled_contacts / 3600 as handled_hours,
    case
        when months.months = months.months_with_cost
            then
                cast(months.assisted_support_cost as {{ casemart.type_double() }})
                / nullif(
                    cast(handled.measured_seconds as {{ casemart.type_double() }}) / nullif(handled.measured_contacts, 0)
                    * handled.handled_contacts / 3600,
                    0
                )
    end as cost_per_handled_hour
from months
left join handled on months.period_grain = handled.period_grain and months.period_start = handled.period_start
