{# Every difference between engines stands here, as a small macro that an adapter can override by dispatch. #}

{% macro type_of(data_type) -%}
    {{ return(api.Column.translate_type('string') if data_type == 'string' else data_type) }}
{%- endmacro %}

{% macro type_double() %}{{ return(adapter.dispatch('type_double', 'casemart')()) }}{% endmacro %}
{% macro default__type_double() %}double{% endmacro %}
{% macro postgres__type_double() %}double precision{% endmacro %}

{% macro add_days(day, days) %}{{ return(adapter.dispatch('add_days', 'casemart')(day, days)) }}{% endmacro %}
{% macro default__add_days(day, days) %}({{ day }} + {{ days }}){% endmacro %}

{% macro days_between(earlier, later) %}{{ return(adapter.dispatch('days_between', 'casemart')(earlier, later)) }}{% endmacro %}
{% macro default__days_between(earlier, later) %}({{ later }} - {{ earlier }}){% endmacro %}

{% macro seconds_between(earlier, later) %}{{ return(adapter.dispatch('seconds_between', 'casemart')(earlier, later)) }}{% endmacro %}
{% macro default__seconds_between(earlier, later) %}cast(extract(epoch from {{ later }}) - extract(epoch from {{ earlier }}) as bigint){% endmacro %}

{% macro day_series(first_day, last_day) %}{{ return(adapter.dispatch('day_series', 'casemart')(first_day, last_day)) }}{% endmacro %}
{% macro default__day_series(first_day, last_day) -%}
    unnest(generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval '1 day'))
{%- endmacro %}
{% macro postgres__day_series(first_day, last_day) -%}
    generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval '1 day')
{%- endmacro %}

{% macro to_utc(local_timestamp, timezone) %}{{ return(adapter.dispatch('to_utc', 'casemart')(local_timestamp, timezone)) }}{% endmacro %}
{% macro default__to_utc(local_timestamp, timezone) -%}
    ((({{ local_timestamp }}) at time zone '{{ timezone }}') at time zone 'UTC')
{%- endmacro %}

{% macro from_utc(utc_timestamp, timezone) %}{{ return(adapter.dispatch('from_utc', 'casemart')(utc_timestamp, timezone)) }}{% endmacro %}
{% macro default__from_utc(utc_timestamp, timezone) -%}
    ((({{ utc_timestamp }}) at time zone 'UTC') at time zone '{{ timezone }}')
{%- endmacro %}

{% macro literal(value) -%}
    {#- A var as an SQL literal: null, number, boolean or quoted text. -#}
    {%- if value is none -%}null
    {%- elif value is boolean or value is number -%}{{ value | string | lower }}
    {%- else -%}'{{ value | string | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}
