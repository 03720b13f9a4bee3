with
threads as (
    select
        *,
        cast(is_hosted as {{ casemart.type_of('string') }}) as hosting
    from {{ ref('casemart', 'fct_community_threads') }}
),

pauses as (
    select
        *,
        cast(is_hosted as {{ casemart.type_of('string') }}) as hosting
    from {{ ref('casemart', 'fct_community_pauses') }}
),

-- Threads by the day of their opening, pauses by their own.
dated as (
    select
        opened_on as counted_on,
        community,
        hosting as is_hosted,
        topic,
        product,
        account_id,
        account_segment,
        thread_state,
        is_question,
        is_answered,
        is_resolved,
        is_escalated,
        is_resolved_without_case,
        first_answer_minutes,
        first_reply_at,
        accepted_at,
        cast(null as {{ casemart.type_of('string') }}) as pause_state,
        cast(null as boolean) as is_revived
    from threads

    union all

    select
        paused_on as counted_on,
        community,
        hosting as is_hosted,
        topic,
        product,
        account_id,
        account_segment,
        null as thread_state,
        null as is_question,
        null as is_answered,
        null as is_resolved,
        null as is_escalated,
        null as is_resolved_without_case,
        null as first_answer_minutes,
        null as first_reply_at,
        null as accepted_at,
        pause_state,
        is_revived
    from pauses
),

in_periods as (
    {{ casemart.in_periods('dated', 'counted_on', casemart.community_segments()) }}
),

with_topics as (
    select
        in_periods.*,
        case when in_periods.is_question then topics.topic end as asked_topic,
        topics.is_covered,
        topics.is_new
    from in_periods
    left join {{ ref('casemart', 'fct_community_topics') }} as topics
        on
            in_periods.period_grain = topics.period_grain
            and in_periods.period_start = topics.period_start
            and in_periods.topic = topics.topic
),

counted as (
    select
        period_grain,
        period_start,
        period_end,
        segment_by,
        segment,
        {{ casemart.counts_of(casemart.community_measures()) }},
        {{ casemart.percentile(0.5, 'first_answer_minutes') }} as community_first_answer_minutes,
        count(distinct asked_topic) as topics,
        count(distinct case when not is_covered then asked_topic end) as uncovered_topics,
        count(distinct case when is_new then asked_topic end) as new_topics
    from with_topics
    group by period_grain, period_start, period_end, segment_by, segment
),

sessions as (
    select * from {{ ref('casemart', 'fct_self_help_sessions') }}
    where channel = 'community' and is_intended is not null
),

sessions_in_periods as (
    {{ casemart.in_periods('sessions', 'session_on', ['topic', 'product', 'account_segment']) }}
),

-- Would they have asked support? What visitors of the community said, in the same period.
intents as (
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        count(*) as intent_answered_sessions,
        {{ casemart.count_where('is_intended') }} as intended_sessions
    from sessions_in_periods
    group by period_grain, period_start, segment_by, segment
),

-- A session knows neither the community nor who hosts it: there the answers of all of them hold.
joined as (
    select
        counted.*,
        cast(coalesce(intents.intent_answered_sessions, 0) as bigint) as intent_answered_sessions,
        coalesce(intents.intended_sessions, 0) as intended_sessions
    from counted
    left join intents
        on
            counted.period_grain = intents.period_grain
            and counted.period_start = intents.period_start
            and case when counted.segment_by in ('community', 'is_hosted') then 'all' else counted.segment_by end = intents.segment_by
            and case when counted.segment_by in ('community', 'is_hosted') then 'all' else counted.segment end = intents.segment
),

rated as (
    select
        *,
        {{ casemart.rate('answered_threads', 'settled_threads') }} as community_answered_rate,
        {{ casemart.rate('resolved_threads', 'settled_threads') }} as community_resolved_rate,
        {{ casemart.rate('escalated_threads', 'settled_threads') }} as community_escalation_rate,
        {{ casemart.rate('revived_pauses', 'settled_pauses') }} as community_revival_rate,
        {{ casemart.rate('uncovered_topics', 'topics') }} as community_uncovered_topic_rate,
        {{ casemart.rate('intended_sessions', 'intent_answered_sessions') }} as intent_rate,
        {{ casemart.rate('threads_without_case * intended_sessions', 'intent_answered_sessions') }} as community_deflected_threads,
        {{ casemart.rounded('threads_without_case * ' ~ casemart.wilson_low('intended_sessions', 'intent_answered_sessions')) }}
            as community_deflected_threads_ci_low,
        {{ casemart.rounded('threads_without_case * ' ~ casemart.wilson_high('intended_sessions', 'intent_answered_sessions')) }}
            as community_deflected_threads_ci_high
    from joined
),

compared as (
    {{ casemart.with_targets('rated', {
        'community_answered_rate': 1,
        'community_resolved_rate': 1,
        'community_first_answer_minutes': -1,
        'community_escalation_rate': 0,
        'community_revival_rate': 1,
        'community_uncovered_topic_rate': -1,
        'community_deflected_threads': 1,
    }) }}
)

select
    period_grain,
    period_start,
    period_end,
    segment_by,
    segment,
    threads,
    question_threads,
    settled_threads,
    undetermined_threads,
    answered_threads,
    answered_so_far_threads,
    unanswered_threads,
    community_answered_rate,
    community_answered_rate_target,
    community_answered_rate_gap,
    resolved_threads,
    resolved_so_far_threads,
    community_resolved_rate,
    community_resolved_rate_target,
    community_resolved_rate_gap,
    replied_threads,
    community_first_answer_minutes,
    community_first_answer_minutes_target,
    community_first_answer_minutes_gap,
    escalated_threads,
    community_escalation_rate,
    community_escalation_rate_target,
    community_escalation_rate_gap,
    pauses,
    settled_pauses,
    undetermined_pauses,
    revived_pauses,
    resumed_by_others_pauses,
    silent_pauses,
    community_revival_rate,
    community_revival_rate_target,
    community_revival_rate_gap,
    topics,
    uncovered_topics,
    new_topics,
    threads_without_topic,
    community_uncovered_topic_rate,
    community_uncovered_topic_rate_target,
    community_uncovered_topic_rate_gap,
    threads_without_case,
    intent_answered_sessions,
    intended_sessions,
    intent_rate,
    community_deflected_threads,
    community_deflected_threads_ci_low,
    community_deflected_threads_ci_high,
    community_deflected_threads_target,
    community_deflected_threads_gap,
    {{ casemart.is_settled('period_end', [
        var('casemart_community_settlement_days'),
        var('casemart_deflection_contact_window_days'),
        var('casemart_survey_settlement_days'),
    ] | max) }} as is_complete
from compared
