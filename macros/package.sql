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
            'casemart_reopen_window_days', 'casemart_contact_settlement_days', 'casemart_business_time_horizon_days',
            'casemart_onboarding_window_days', 'casemart_health_silence_days', 'casemart_community_inactive_days',
            'casemart_community_settlement_days', 'casemart_impact_window_days',
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
        {% for name in ('casemart_esat_min_responses', 'casemart_knowledge_min_comparable_cases', 'casemart_correlation_min_points') %}
            {% set number = var(name) %}
            {% if number is boolean or number is not integer or number < 1 %}
                {% do problems.append(name ~ ': not a number of 1 or more: ' ~ number) %}
            {% endif %}
        {% endfor %}
        {% if not problems and var('casemart_correlation_min_points') < 4 %}
            {% do problems.append('casemart_correlation_min_points: an interval needs 4 or more') %}
        {% endif %}
        {% if var('casemart_esat_period_grain') not in ('month', 'quarter', 'year') %}
            {% do problems.append("casemart_esat_period_grain: not one of month, quarter, year: '" ~ var('casemart_esat_period_grain') ~ "'") %}
        {% endif %}
        {% set coverage = var('casemart_health_min_weight_coverage') %}
        {% if coverage is not number or coverage is boolean or coverage < 0 or coverage > 1 %}
            {% do problems.append('casemart_health_min_weight_coverage: not a share in 0..1: ' ~ coverage) %}
        {% endif %}
        {% set weights = var('casemart_contact_quality_weights') %}
        {% if weights is not mapping or (weights | list | sort) != ['quality_review', 'survey'] or (weights.values() | select('number') | list | length) != 2
            or (weights.values() | min) < 0 or (weights.values() | sum) == 0 %}
            {% do problems.append('casemart_contact_quality_weights: not weights of quality_review and survey: ' ~ weights) %}
        {% endif %}
        {% for name in (
            'casemart_holiday_free_schedules', 'casemart_knowledge_cost_categories', 'casemart_support_cost_categories',
            'casemart_support_contract_types',
        ) %}
            {% set names = var(name) %}
            {% if names is string or names is mapping or names is not sequence %}
                {% do problems.append(name ~ ': not a list: ' ~ names) %}
            {% endif %}
        {% endfor %}
        {% set own = var('casemart_extra_segments') %}
        {% if own is not mapping or (own | list | reject('in', ['cases', 'accounts']) | list) %}
            {% do problems.append('casemart_extra_segments: not lists of columns of cases and accounts: ' ~ own) %}
        {% else %}
            {% set names = (own.get('cases', []) | list) + (own.get('accounts', []) | list) %}
            {% set taken = casemart.case_segments() + casemart.account_segments() + ['all', 'topic', 'contract_type', 'element', 'driver'] %}
            {% for table in own %}
                {% do taken.extend(casemart.contract_table(table).columns | list) %}
            {% endfor %}
            {% for name in names if not modules.re.fullmatch('[a-z][a-z0-9_]*', name | string) or name in taken or names.count(name) > 1 %}
                {% do problems.append("casemart_extra_segments: not a name of a column of one's own, or one that is taken: '" ~ name ~ "'") %}
            {% endfor %}
        {% endif %}
        {% if problems %}
            {{ exceptions.raise_compiler_error(problems | join('; ')) }}
        {% endif %}
    {% endif %}
{% endmacro %}
