-- Where components are known, 0 <= health <= 100; each component in 0..1; a score without a band of its version is a gap in the seed.
select
    account_id,
    month_start,
    score,
    band
from {{ ref('casemart', 'fct_account_health') }}
where
    not (score between 0 and 100)
    or not (weight_coverage between 0 and 1)
    or (score is null) <> (coalesce(weight_coverage, 0) = 0)
    or not (adoption_component between 0 and 1)
    or not (success_component between 0 and 1)
    or not (recurring_revenue_component between 0 and 1)
    or band is null
