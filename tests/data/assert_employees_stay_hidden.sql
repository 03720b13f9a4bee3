-- No published cell, nor what a published total leaves over beside its published teams, holds 1 to the minimum - 1 answers;
-- a hidden cell shows nothing, and no other period is published.
with
cells as (
    select * from {{ ref('casemart', 'employee_satisfaction') }}
),

left_over as (
    select
        totals.period_start,
        totals.employee_answers - coalesce(sum(teams.employee_answers), 0) as employee_answers
    from cells as totals
    left join cells as teams on totals.period_start = teams.period_start and teams.segment_by = 'team' and not teams.is_suppressed
    where totals.segment_by = 'all' and not totals.is_suppressed
    group by totals.period_start, totals.employee_answers
)

select
    'published cell of few' as problem,
    period_start,
    segment
from cells
where not is_suppressed and (employee_answers is null or employee_answers < {{ var('casemart_esat_min_responses') }})
union all
select
    'few are left over' as problem,
    period_start,
    'all' as segment
from left_over
where employee_answers between 1 and {{ var('casemart_esat_min_responses') }} - 1 or employee_answers < 0
union all
select
    'team published without its total' as problem,
    teams.period_start,
    teams.segment
from cells as teams
inner join cells as totals on teams.period_start = totals.period_start and totals.segment_by = 'all' and totals.is_suppressed
where teams.segment_by = 'team' and not teams.is_suppressed
union all
select
    'hidden cell that shows' as problem,
    period_start,
    segment
from cells
where
    is_suppressed
    and coalesce(
        employee_answers, satisfied_employee_answers, neutral_employee_answers, dissatisfied_employee_answers, employee_satisfaction,
        employee_satisfaction_ci_low, employee_satisfaction_ci_high, employee_satisfaction_gap, customer_answers,
        satisfied_customer_answers, customer_satisfaction
    ) is not null
union all
select
    'second period' as problem,
    period_start,
    segment
from cells
where period_grain <> '{{ var("casemart_esat_period_grain") }}' or segment_by not in ('all', 'team')
