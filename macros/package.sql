{# What makes casemart a good guest in somebody else's project. #}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Clean schema names where casemart is the root project; elsewhere the user's own rule, else dbt's. -#}
    {%- set theirs = context.get(project_name, {}).get('generate_schema_name') if project_name != 'casemart' else none -%}
    {%- if theirs -%}
        {{ theirs(custom_schema_name, node) }}
    {%- elif project_name == 'casemart' and custom_schema_name -%}
        {{ custom_schema_name | trim }}
    {%- else -%}
        {{ default__generate_schema_name(custom_schema_name, node) }}
    {%- endif -%}
{%- endmacro %}

{% macro check_policies() %}
    {# Vars that no engine would complain about, checked before anything is built. #}
    {% if execute and project_name == 'casemart' %}
        {% set problems = [] %}
        {% if var('casemart_timezone') not in modules.pytz.all_timezones %}
            {% do problems.append("casemart_timezone: not an IANA time zone: '" ~ var('casemart_timezone') ~ "'") %}
        {% endif %}
        {% for grain in var('casemart_period_grains') if grain not in ('week', 'month', 'quarter', 'year') %}
            {% do problems.append("casemart_period_grains: not one of week, month, quarter, year: '" ~ grain ~ "'") %}
        {% endfor %}
        {% for name in ('casemart_fcr_settlement_days', 'casemart_fcr_repeat_window_days', 'casemart_fcr_silence_confirms_days') %}
            {% set days = var(name) %}
            {% if days is not none and (days is not integer or days < 0) %}
                {% do problems.append(name ~ ': not a number of days: ' ~ days) %}
            {% endif %}
        {% endfor %}
        {% set silence = var('casemart_fcr_silence_confirms_days') %}
        {% if not problems and silence is not none and silence > var('casemart_fcr_settlement_days') %}
            {% do problems.append('casemart_fcr_silence_confirms_days: longer than casemart_fcr_settlement_days') %}
        {% endif %}
        {% if var('casemart_fcr_transfer_counts_against') is not boolean %}
            {% do problems.append('casemart_fcr_transfer_counts_against: not true or false') %}
        {% endif %}
        {% if problems %}
            {{ exceptions.raise_compiler_error(problems | join('; ')) }}
        {% endif %}
    {% endif %}
{% endmacro %}
