-- Every new customer is in one state; what is due on a journey is reached or overdue.
select
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'onboarding') }}
where
    onboarded_customers + guidance_unknown_customers + not_onboarded_customers <> determined_customers
    or determined_customers + undetermined_customers <> new_customers
    or onboarded_so_far > undetermined_customers

union all

select
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'milestones') }}
where
    adoption_reached_milestones + adoption_overdue_milestones <> adoption_due_milestones
    or success_reached_milestones + success_overdue_milestones <> success_due_milestones
