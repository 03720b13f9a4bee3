with
cases as (
    select * from {{ ref('casemart', 'stg_cases') }}
    where {{ casemart.is_known('opened_at') }}
),

channels as (
    select * from {{ ref('casemart', 'channels') }}
),

closings as (
    select
        case_id,
        min(occurred_at) as first_closed_at,
        max(occurred_at) as last_closed_at
    from {{ ref('casemart', 'fct_case_events') }}
    where event_type = 'closed'
    group by case_id
),

reopenings as (
    select
        case_id,
        max(occurred_at) as last_reopened_at
    from {{ ref('casemart', 'fct_case_events') }}
    where event_type = 'reopened'
    group by case_id
),

-- Closings at any time, later than the as-of day included: such a case is not closed without a date, nor by its own.
cases_with_closing as (
    select distinct case_id from {{ ref('casemart', 'stg_case_events') }}
    where event_type = 'closed'
),

own_closings as (
    select
        cases.case_id,
        cases.closed_at
    from cases
    left join cases_with_closing on cases.case_id = cases_with_closing.case_id
    where cases_with_closing.case_id is null and {{ casemart.is_known('cases.closed_at') }}
),

lives as (
    select
        cases.*,
        channels.is_assisted,
        coalesce(cases.delivery_model, channels.delivery_model) as delivery_model_in_force,
        coalesce(closings.first_closed_at, own_closings.closed_at) as first_closed_at,
        coalesce(closings.last_closed_at, own_closings.closed_at) as last_closed_at,
        reopenings.last_reopened_at,
        cases.status = 'closed' and cases.closed_at is null and cases_with_closing.case_id is null as is_closed_undated
    from cases
    left join channels on cases.channel = channels.channel
    left join closings on cases.case_id = closings.case_id
    left join own_closings on cases.case_id = own_closings.case_id
    left join reopenings on cases.case_id = reopenings.case_id
    left join cases_with_closing on cases.case_id = cases_with_closing.case_id
)

select
    case_id,
    account_id,
    contact_id,
    product,
    queue,
    priority,
    channel,
    delivery_model_in_force as delivery_model,
    case_type,
    topic,
    process,
    schedule,
    opened_at,
    {{ casemart.local_day('opened_at') }} as opened_on,
    first_closed_at,
    {{ casemart.local_day('first_closed_at') }} as first_closed_on,
    -- A reopening comes before a closing of the same instant.
    first_closed_at is not null and coalesce(last_closed_at >= last_reopened_at, true) as is_closed,
    is_closed_undated,
    case
        when is_assisted is null then 'unknown_channel'
        when not is_assisted then 'not_assisted'
        when exclusion_code is not null then exclusion_code
        when duplicate_of_case_id is not null then 'duplicate'
    end as exclusion_reason,
    coalesce(is_assisted, false) and exclusion_code is null and duplicate_of_case_id is null as is_counted
from lives
