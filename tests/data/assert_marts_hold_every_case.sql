-- The months of the total hold each dated case, and each first closing, once.
with
facts as (
    select
        (select count(*) from {{ ref('casemart', 'fct_cases') }} where fcr_on is not null) as cases,
        (select count(*) from {{ ref('casemart', 'fct_case_closings') }}) as first_closed_cases
),

months as (
    select
        coalesce(sum(cases), 0) as cases,
        coalesce(sum(first_closed_cases), 0) as first_closed_cases
    from {{ ref('casemart', 'first_contact_resolution') }}
    where period_grain = 'month' and segment_by = 'all'
)

select
    facts.cases,
    months.cases as cases_of_months,
    facts.first_closed_cases,
    months.first_closed_cases as first_closed_cases_of_months
from facts
cross join months
where
    (facts.cases <> months.cases or facts.first_closed_cases <> months.first_closed_cases)
    and {{ casemart.literal('month' in var('casemart_period_grains')) }}
