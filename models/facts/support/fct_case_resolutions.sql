with
-- Who made first contact gives the team; one who came after the resolution had settled would change a finished period.
resolved as (
    select
        service.*,
        service.resolved_at as dated_at,
        {{ casemart.agent_contact_by('service.resolved_on', var('casemart_reopen_window_days')) }} as agent_interaction_id
    from {{ ref('casemart', 'fct_case_service') }} as service
    {{ casemart.join_first_contacts('service') }}
    where service.resolution_state in ('resolved', 'provisional')
),

segmented as (
    {{ casemart.with_case_segments('resolved') }}
)

select
    case_id,
    account_id,
    opened_at,
    resolution_state,
    resolved_at,
    resolved_on,
    resolution_seconds,
    resolution_minutes,
    resolution_business_seconds,
    resolution_business_minutes,
    customer_wait_seconds,
    customer_wait_minutes,
    product,
    queue,
    channel,
    delivery_model,
    priority,
    case_type,
    topic,
    team,
    site,
    shift,
    account_segment,
    region
from segmented
