-- The Pareto list of a period holds each case that was not resolved at first contact once, and ends at 100 %.
with
inhibitors as (
    select
        period_grain,
        period_start,
        sum(cases) as cases,
        max(cumulative_share) as last_share
    from {{ ref('casemart', 'first_contact_inhibitors') }}
    group by period_grain, period_start
)

select
    mart.period_grain,
    mart.period_start,
    mart.not_resolved,
    inhibitors.cases,
    inhibitors.last_share
from {{ ref('casemart', 'first_contact_resolution') }} as mart
left join inhibitors on mart.period_grain = inhibitors.period_grain and mart.period_start = inhibitors.period_start
where
    mart.segment_by = 'all'
    and (mart.not_resolved <> coalesce(inhibitors.cases, 0) or inhibitors.last_share <> 1)
