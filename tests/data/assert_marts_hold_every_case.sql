-- The months of the total hold each dated case, and each first closing, once.
with
dated_cases as (
    select count(*) as cases from {{ ref('casemart', 'fct_cases') }}
    where fcr_on is not null
),

closings as (
    select count(*) as first_closed_cases from {{ ref('casemart', 'fct_case_closings') }}
),

months as (
    select
        coalesce(sum(cases), 0) as cases,
        coalesce(sum(first_closed_cases), 0) as first_closed_cases
    from {{ ref('casemart', 'first_contact_resolution') }}
    where period_grain = 'month' and segment_by = 'all'
)

select
    dated_cases.cases,
    months.cases as cases_of_months,
    closings.first_closed_cases,
    months.first_closed_cases as first_closed_cases_of_months
from dated_cases
cross join closings
cross join months
where
    (dated_cases.cases <> months.cases or closings.first_closed_cases <> months.first_closed_cases)
    and {{ casemart.literal('month' in var('casemart_period_grains')) }}
