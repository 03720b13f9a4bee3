with
interactions as (
    select * from {{ ref('casemart', 'fct_interactions') }}
    where is_handled_contact and is_of_counted_case
),

cases as (
    select
        case_id,
        opened_on
    from {{ ref('casemart', 'fct_case_lifecycles') }}
),

ends as (
    select
        interaction_id,
        ended_at
    from {{ ref('casemart', 'stg_interactions') }}
),

-- A conversation whose end lies after the as-of day still runs: its time is not known yet. No time is below zero. A contact
-- counts from the day on which its case is there: one that is logged days later does not change a period that has ended.
contacts as (
    select
        interactions.*,
        greatest(interactions.occurred_on, cases.opened_on) as handled_on,
        interactions.handle_state = 'derived' and not {{ casemart.is_known('ends.ended_at') }} as is_running,
        interactions.handle_seconds < 0 as is_negative
    from interactions
    inner join ends on interactions.interaction_id = ends.interaction_id
    inner join cases on interactions.case_id = cases.case_id
),

dated as (
    select
        case_id,
        interaction_id,
        interaction_id as agent_interaction_id,
        occurred_at,
        occurred_at as dated_at,
        occurred_on,
        handled_on,
        channel as own_channel,
        agent_id,
        case when is_running or is_negative then 'missing' else handle_state end as handle_state,
        is_running,
        case when not is_running and not is_negative then handle_seconds end as handle_seconds,
        hold_seconds,
        wrap_seconds
    from contacts
),

segmented as (
    {{ casemart.with_case_segments('dated') }}
)

select
    interaction_id,
    case_id,
    occurred_at,
    occurred_on,
    handled_on,
    agent_id,
    handle_state,
    is_running,
    handle_seconds,
    -- The hold of a derived time is within it.
    case handle_state
        when 'measured' then hold_seconds is null or wrap_seconds is null
        when 'derived' then wrap_seconds is null
    end as is_handle_time_partial,
    product,
    queue,
    own_channel as channel,
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
