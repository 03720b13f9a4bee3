with
openings as (
    select
        openings.*,
        lifecycles.process,
        lifecycles.first_closed_at,
        lifecycles.first_closed_on
    from {{ ref('casemart', 'fct_case_openings') }} as openings
    inner join {{ ref('casemart', 'fct_case_lifecycles') }} as lifecycles on openings.case_id = lifecycles.case_id
),

sessions as (
    select * from {{ ref('casemart', 'fct_self_help_sessions') }}
    where entitlement = 'entitled'
),

-- Evidence counts up to the settlement after the opening.
contacts as (
    select
        openings.case_id,
        {{ casemart.count_where('interactions.is_agent_interaction') }} as agent_interactions,
        {{ casemart.count_where("interactions.kind = 'automatic_reply' and interactions.direction = 'outbound'") }} as automatic_replies
    from openings
    inner join {{ ref('casemart', 'fct_interactions') }} as interactions on openings.case_id = interactions.case_id
    where {{ casemart.days_between('openings.opened_on', 'interactions.occurred_on') }} <= {{ var('casemart_fcr_settlement_days') }}
    group by openings.case_id
),

closings as (
    select
        openings.case_id,
        max(case when events.event_type = 'closed' then events.occurred_at end) as last_closed_at,
        max(case when events.event_type = 'reopened' then events.occurred_at end) as last_reopened_at
    from openings
    inner join {{ ref('casemart', 'fct_case_events') }} as events on openings.case_id = events.case_id
    where {{ casemart.days_between('openings.opened_on', 'events.occurred_on') }} <= {{ var('casemart_fcr_settlement_days') }}
    group by openings.case_id
),

-- A closing that no event shows is the case's own; a reopening comes before a closing of the same instant.
closed as (
    select openings.case_id
    from openings
    left join closings on openings.case_id = closings.case_id
    where
        (
            closings.last_closed_at is not null
            or {{ casemart.days_between('openings.opened_on', 'openings.first_closed_on') }} <= {{ var('casemart_fcr_settlement_days') }}
        )
        and coalesce(coalesce(closings.last_closed_at, openings.first_closed_at) >= closings.last_reopened_at, true)
),

-- A session that led to a case is no need of its own: the case is.
tied_sessions as (
    select
        observed_case_id as case_id,
        count(*) as tied_sessions
    from sessions
    where observed_case_id is not null
    group by observed_case_id
),

needs as (
    select
        'case' as event_kind,
        openings.case_id as event_id,
        openings.opened_at as occurred_at,
        openings.opened_on as occurred_on,
        openings.account_id,
        case
            when contacts.agent_interactions > 0 then 'person'
            when closed.case_id is not null and contacts.automatic_replies > 0 then 'automated'
            else 'unhandled'
        end as handler,
        coalesce(tied_sessions.tied_sessions, 0) as tied_sessions,
        openings.process,
        openings.topic,
        openings.product,
        openings.channel,
        openings.account_segment
    from openings
    left join contacts on openings.case_id = contacts.case_id
    left join closed on openings.case_id = closed.case_id
    left join tied_sessions on openings.case_id = tied_sessions.case_id

    union all

    select
        'session' as event_kind,
        session_id as event_id,
        session_at as occurred_at,
        session_on as occurred_on,
        account_id,
        'automated' as handler,
        0 as tied_sessions,
        process,
        topic,
        product,
        channel,
        account_segment
    from sessions
    where observed_case_id is null
),

stated as (
    select
        *,
        case
            when {{ casemart.is_settled('occurred_on', var('casemart_fcr_settlement_days')) }} then handler
            else 'undetermined'
        end as handled_by
    from needs
)

select
    cast(event_kind as {{ casemart.type_of('string') }}) as event_kind,
    event_id,
    occurred_at,
    occurred_on,
    account_id,
    cast(handled_by as {{ casemart.type_of('string') }}) as handled_by,
    case handled_by when 'automated' then true when 'person' then false end as is_automated,
    cast(tied_sessions as bigint) as tied_sessions,
    process,
    topic,
    product,
    channel,
    account_segment
from stated
