-- The accounts of a cohort have together what recurring revenue closed with at the base.
with
cohorts as (
    select
        base_month_start,
        lookback_months,
        sum(base_value) as base_value
    from {{ ref('casemart', 'fct_recurring_cohorts') }}
    where segment_by = 'all'
    group by base_month_start, lookback_months
)

select
    cohorts.base_month_start,
    cohorts.lookback_months,
    cohorts.base_value,
    leaf.closing_value
from cohorts
inner join {{ ref('casemart', 'leaf_recurring_revenue') }} as leaf
    on cohorts.base_month_start = leaf.month_start and leaf.segment_by = 'all'
where cohorts.base_value <> leaf.closing_value
