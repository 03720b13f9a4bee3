{# What the community marts count, and by which dimensions. #}

{% macro community_segments() %}
    {{ return(['community', 'is_hosted', 'topic', 'product', 'account_segment']) }}
{% endmacro %}

{% macro community_measures() %}
    {#- Name of the count -> condition on a thread or a pause; a thread has no state of a pause, a pause none of a thread. -#}
    {{ return({
        'threads': 'thread_state is not null',
        'question_threads': 'is_question',
        'settled_threads': 'is_answered is not null',
        'undetermined_threads': "thread_state = 'undetermined'",
        'answered_threads': 'is_answered',
        'answered_so_far_threads': "thread_state = 'undetermined' and coalesce(accepted_at, first_reply_at) is not null",
        'unanswered_threads': 'not is_answered',
        'resolved_threads': 'is_resolved',
        'resolved_so_far_threads': "thread_state = 'undetermined' and accepted_at is not null",
        'replied_threads': 'first_answer_minutes is not null',
        'escalated_threads': 'is_escalated',
        'threads_without_topic': 'is_question and topic is null',
        'threads_without_case': 'is_resolved_without_case',
        'pauses': 'pause_state is not null',
        'settled_pauses': 'is_revived is not null',
        'undetermined_pauses': "pause_state = 'undetermined'",
        'revived_pauses': 'is_revived',
        'resumed_by_others_pauses': "pause_state = 'resumed_by_others'",
        'silent_pauses': "pause_state = 'silent'",
    }) }}
{% endmacro %}

{% macro automation_segments() %}
    {{ return(['process', 'topic', 'product', 'channel', 'account_segment']) }}
{% endmacro %}

{% macro automation_measures() %}
    {#- Name of the count -> condition on a need or on what a customer said of one; `side` is that of the answer. -#}
    {{ return({
        'events': 'handled_by is not null',
        'case_events': "handled_by is not null and event_kind = 'case'",
        'session_events': "handled_by is not null and event_kind = 'session'",
        'handled_events': 'is_automated is not null',
        'automated_events': 'is_automated',
        'personal_events': 'not is_automated',
        'unhandled_events': "handled_by = 'unhandled'",
        'undetermined_events': "handled_by = 'undetermined'",
        'automated_answers': "side = 'automated' and is_success is not null",
        'automated_successes': "side = 'automated' and is_success",
        'personal_answers': "side = 'person' and is_success is not null",
        'personal_successes': "side = 'person' and is_success",
        'undetermined_answers': 'side is not null and is_success is null',
    }) }}
{% endmacro %}

{% macro counts_of(measures) -%}
    {#- A column per measure: how many rows of a group meet its condition. -#}
    {%- for name, condition in measures.items() %}
        {{ casemart.count_where(condition) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
