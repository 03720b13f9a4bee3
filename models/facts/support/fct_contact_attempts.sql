with
-- A stamp after the as-of day is not known yet.
attempts as (
    select
        attempt_id,
        channel,
        queue,
        offered_at,
        {{ casemart.local_day('offered_at') }} as offered_on,
        case when {{ casemart.is_known('answered_at') }} then answered_at end as answered_at,
        case when {{ casemart.is_known('abandoned_at') }} then abandoned_at end as abandoned_at,
        case_id,
        agent_id
    from {{ ref('casemart', 'stg_contact_attempts') }}
    where {{ casemart.is_known('offered_at') }}
),

thresholds as (
    select * from {{ ref('casemart', 'service_thresholds') }}
),

-- The earlier stamp is the end of the attempt. Of the thresholds of the offered day, that of the queue comes before that of the channel.
ended as (
    select
        attempts.*,
        least(attempts.answered_at, attempts.abandoned_at) as ended_at,
        coalesce(of_queue.threshold_seconds, of_channel.threshold_seconds) as threshold_seconds,
        coalesce(of_queue.short_abandon_seconds, of_channel.short_abandon_seconds) as short_abandon_seconds
    from attempts
    left join thresholds as of_queue
        on
            attempts.channel = lower(of_queue.channel)
            and attempts.queue = of_queue.queue
            and (of_queue.valid_from is null or attempts.offered_on >= of_queue.valid_from)
            and (of_queue.valid_to is null or attempts.offered_on < of_queue.valid_to)
    left join thresholds as of_channel
        on
            attempts.channel = lower(of_channel.channel)
            and of_channel.queue is null
            and (of_channel.valid_from is null or attempts.offered_on >= of_channel.valid_from)
            and (of_channel.valid_to is null or attempts.offered_on < of_channel.valid_to)
),

-- Answered and abandoned at one instant is answered. What comes after the settlement is late and changes nothing.
stated as (
    select
        *,
        case
            when ended_at < offered_at then 'invalid'
            when
                {{ casemart.days_between('offered_on', casemart.local_day('ended_at')) }} <= {{ var('casemart_contact_settlement_days') }}
                then case when answered_at = ended_at then 'answered' else 'abandoned' end
            when {{ casemart.is_settled('offered_on', var('casemart_contact_settlement_days')) }} then 'no_outcome'
            else 'waiting'
        end as attempt_state
    from ended
),

-- Within means up to and including; the exact wait is compared, not its whole seconds.
timed as (
    select
        *,
        case when attempt_state in ('answered', 'abandoned') then {{ casemart.seconds_between('offered_at', 'ended_at') }} end as wait_seconds,
        case
            when attempt_state in ('answered', 'abandoned') then ended_at <= offered_at + threshold_seconds * interval '1 second'
        end as is_within_threshold,
        case
            when attempt_state = 'abandoned' then ended_at <= offered_at + short_abandon_seconds * interval '1 second'
        end as is_short_abandon
    from stated
)

select
    attempt_id,
    channel,
    queue,
    case_id,
    agent_id,
    offered_at,
    offered_on,
    answered_at,
    abandoned_at,
    attempt_state,
    attempt_state = 'no_outcome' and ended_at is not null as is_late,
    wait_seconds,
    threshold_seconds,
    short_abandon_seconds,
    threshold_seconds is not null as has_threshold,
    is_within_threshold,
    is_short_abandon,
    -- The five readings of the service level. Without a threshold all of them are null.
    case
        when attempt_state = 'answered' then is_within_threshold
        when attempt_state = 'abandoned' and not is_within_threshold then false
    end as is_service_level,
    case when attempt_state = 'answered' then is_within_threshold end as is_service_level_answered_only,
    case
        when attempt_state = 'answered' then is_within_threshold
        when attempt_state = 'abandoned' and is_within_threshold is not null then false
    end as is_service_level_offered,
    is_within_threshold as is_service_level_abandons_as_met,
    case
        when attempt_state = 'answered' then is_within_threshold
        when attempt_state = 'abandoned' then is_short_abandon
    end as is_service_level_short_abandons_as_met,
    case attempt_state when 'abandoned' then true when 'answered' then false end as is_abandoned
from timed
