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
        {% set grains = var('casemart_period_grains') %}
        {% if grains is string or grains is not sequence or not grains or (grains | unique | list | length) != (grains | length) %}
            {% do problems.append('casemart_period_grains: not a list of different periods: ' ~ grains) %}
        {% else %}
            {% for grain in grains if grain not in ('week', 'month', 'quarter', 'year') %}
                {% do problems.append("casemart_period_grains: not one of week, month, quarter, year: '" ~ grain ~ "'") %}
            {% endfor %}
        {% endif %}
        {% set as_of = var('casemart_as_of') %}
        {% if as_of is not none and not modules.re.fullmatch('(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])', as_of | string) %}
            {% do problems.append("casemart_as_of: not a day such as 2026-03-31: '" ~ as_of ~ "'") %}
        {% endif %}
        {% if not modules.re.fullmatch('[A-Za-z]{3}', var('casemart_reporting_currency') | string) %}
            {% do problems.append("casemart_reporting_currency: not an ISO 4217 code: '" ~ var('casemart_reporting_currency') ~ "'") %}
        {% endif %}
        {% for name in (
            'casemart_fcr_settlement_days', 'casemart_fcr_repeat_window_days', 'casemart_fcr_silence_confirms_days',
            'casemart_deflection_contact_window_days', 'casemart_survey_settlement_days', 'casemart_renewal_grace_days',
        ) %}
            {% set days = var(name) %}
            {% set may_be_off = name == 'casemart_fcr_silence_confirms_days' %}
            {% if not (days is none and may_be_off) and (days is boolean or days is not integer or days < 0) %}
                {% do problems.append(name ~ ': not a number of days: ' ~ days) %}
            {% endif %}
        {% endfor %}
        {% set silence = var('casemart_fcr_silence_confirms_days') %}
        {% if not problems and silence is not none and silence > var('casemart_fcr_settlement_days') %}
            {% do problems.append('casemart_fcr_silence_confirms_days: longer than casemart_fcr_settlement_days') %}
        {% endif %}
        {% set lookbacks = var('casemart_nrr_lookback_months') %}
        {% if lookbacks is string or lookbacks is not sequence or not lookbacks or (lookbacks | reject('in', [1, 3, 12]) | list) %}
            {% do problems.append('casemart_nrr_lookback_months: not a selection of 1, 3 and 12: ' ~ lookbacks) %}
        {% endif %}
        {% if var('casemart_fcr_transfer_counts_against') is not boolean %}
            {% do problems.append('casemart_fcr_transfer_counts_against: not true or false') %}
        {% endif %}
        {% if problems %}
            {{ exceptions.raise_compiler_error(problems | join('; ')) }}
        {% endif %}
    {% endif %}
{% endmacro %}
