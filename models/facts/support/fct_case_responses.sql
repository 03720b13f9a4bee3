with
responded as (
    select
        *,
        first_response_at as dated_at,
        first_response_interaction_id as agent_interaction_id
    from {{ ref('casemart', 'fct_case_service') }}
    where first_response_state = 'responded'
),

segmented as (
    {{ casemart.with_case_segments('responded') }}
)

select
    case_id,
    account_id,
    opened_at,
    first_response_at,
    first_response_on,
    first_response_interaction_id,
    is_response_before_opening,
    first_response_seconds,
    first_response_minutes,
    first_response_business_seconds,
    first_response_business_minutes,
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
