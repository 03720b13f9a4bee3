-- A milestone is reached on its day, unless that day is not yet known to have come.
with
milestones as (
    select
        milestone_id,
        account_id,
        stage,
        milestone,
        product,
        due_on,
        case when reached_on <= {{ casemart.as_of() }} then reached_on end as reached_on,
        has_formal_guidance
    from {{ ref('casemart', 'stg_milestones') }}
)

select
    milestone_id,
    account_id,
    stage,
    milestone,
    product,
    due_on,
    reached_on,
    has_formal_guidance,
    due_on is not null as is_scheduled,
    cast({{ casemart.days_between('due_on', 'reached_on') }} as integer) as days_late
from milestones
