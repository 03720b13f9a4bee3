-- The statuses of a cell make up its cases, and each reading stands where it must to the others.
select
    period_grain,
    period_start,
    segment_by,
    segment
from {{ ref('casemart', 'first_contact_resolution') }}
where
    cases <> resolved + not_resolved + pending + excluded
    or first_contact_cases <> resolved + not_resolved + pending
    or resolved_or_pending <> resolved + pending
    or first_contact_cases <> no_repeat_first_contact_cases + no_repeat_undetermined
    or no_repeat_resolved > resolved
    or net_resolved > resolved
    or net_first_contact_cases > first_contact_cases
    or one_touch_cases > first_closed_cases
    or first_contact_resolution > first_contact_resolution_upper
    or (first_contact_cases = 0) <> (first_contact_resolution is null)
