-- A session is one visit, however many pages it has: its day is that of its first event, its attributes are the last ones known.
with
events as (
    select * from {{ ref('casemart', 'stg_self_help_events') }}
    where {{ casemart.is_known('occurred_at') }}
),

firsts as (
    select
        session_id,
        min(occurred_at) as session_at,
        {{ casemart.local_day('min(occurred_at)') }} as session_on,
        count(*) as events
    from events
    group by session_id
),

-- What comes after the settlement would change a finished period.
settled as (
    select events.*
    from events
    inner join firsts on events.session_id = firsts.session_id
    where
        {{ casemart.days_between('firsts.session_on', casemart.local_day('events.occurred_at')) }}
        <= {{ var('casemart_survey_settlement_days') }}
),

last_known as (
    {{ casemart.last_known('settled', 'session_id', ['channel', 'account_id', 'contact_id', 'product', 'topic', 'process']) }}
)

select
    firsts.session_id,
    firsts.session_at,
    firsts.session_on,
    firsts.events,
    last_known.channel,
    last_known.account_id,
    last_known.contact_id,
    last_known.product,
    last_known.topic,
    last_known.process
from firsts
inner join last_known on firsts.session_id = last_known.session_id
