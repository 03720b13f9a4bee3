-- Business time never exceeds calendar time; it is the same where one opening holds both moments; and parts add up.
with
open_stretches as (
    {{ casemart.open_stretches() }}
),

services as (
    select *
    from {{ ref('casemart', 'fct_case_service') }}
    where opened_at <= first_response_at and first_response_at <= resolved_at
),

spans as (
    {{ casemart.with_business_seconds('services', {
        'response_seconds': ('opened_at', 'first_response_at'),
        'further_seconds': ('first_response_at', 'resolved_at'),
    }) }}
)

select
    spans.case_id,
    spans.first_response_seconds,
    spans.first_response_business_seconds,
    spans.resolution_seconds,
    spans.resolution_business_seconds
from spans
left join {{ ref('casemart', 'dim_open_intervals') }} as intervals
    on spans.schedule = intervals.schedule and spans.opened_at >= intervals.open_at and spans.resolved_at <= intervals.close_at
where
    spans.first_response_business_seconds > spans.first_response_seconds
    or spans.resolution_business_seconds > spans.resolution_seconds
    or spans.resolution_business_seconds < 0
    or (intervals.schedule is not null and spans.resolution_business_seconds <> spans.resolution_seconds)
    or spans.response_seconds + spans.further_seconds <> spans.resolution_business_seconds
