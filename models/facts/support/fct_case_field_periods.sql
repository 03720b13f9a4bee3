-- A field holds its new value from each change to the next, and before the first change that one's old value. A change
-- after the as-of day is evidence about the time before it, so none is left out here.
with
changes as (
    select
        *,
        row_number() over (partition by case_id, field order by occurred_at, change_id) as change_number,
        lead(occurred_at) over (partition by case_id, field order by occurred_at, change_id) as next_change_at
    from {{ ref('casemart', 'stg_case_field_changes') }}
)

select
    case_id,
    field,
    new_value as field_value,
    occurred_at as valid_from_at,
    coalesce(next_change_at, {{ casemart.end_of_time() }}) as valid_to_at
from changes
where next_change_at is null or next_change_at > occurred_at

union all

select
    case_id,
    field,
    old_value as field_value,
    {{ casemart.beginning_of_time() }} as valid_from_at,
    occurred_at as valid_to_at
from changes
where change_number = 1
