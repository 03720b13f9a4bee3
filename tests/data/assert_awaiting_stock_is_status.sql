-- The stock on the as-of day is the number of cases whose status is awaiting first contact.
with
stock as (
    select
        periods.period_grain,
        count(awaiting.case_id) as awaiting_cases
    from {{ ref('casemart', 'dim_periods') }} as periods
    left join {{ ref('casemart', 'fct_awaiting_first_contact') }} as awaiting
        on periods.period_grain = awaiting.period_grain and periods.period_start = awaiting.period_start
    where periods.stock_on = {{ casemart.as_of() }}
    group by periods.period_grain
),

statuses as (
    select count(*) as awaiting_cases from {{ ref('casemart', 'fct_cases') }}
    where fcr_status = 'awaiting_first_contact'
)

select
    stock.period_grain,
    stock.awaiting_cases,
    statuses.awaiting_cases as cases_with_status
from stock
cross join statuses
where stock.awaiting_cases <> statuses.awaiting_cases
