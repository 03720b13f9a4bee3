{# Every difference between engines stands here, as a small macro that an adapter can override by dispatch. #}

{% macro type_of(data_type) -%}
    {{ return(api.Column.translate_type('string') if data_type == 'string' else data_type) }}
{%- endmacro %}

{% macro type_double() %}{{ return(adapter.dispatch('type_double', 'casemart')()) }}{% endmacro %}
{% macro default__type_double() %}double{% endmacro %}
{% macro postgres__type_double() %}double precision{% endmacro %}

{# Without blanks, tabs, line ends and no-break spaces around it, as at landing: what a bare trim takes away differs by engine. #}
{% macro trimmed(text) %}{{ return(adapter.dispatch('trimmed', 'casemart')(text)) }}{% endmacro %}
{% macro default__trimmed(text) -%}
    trim({{ text }}, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160))
{%- endmacro %}

{% macro add_days(day, days) %}{{ return(adapter.dispatch('add_days', 'casemart')(day, days)) }}{% endmacro %}
{% macro default__add_days(day, days) %}({{ day }} + {{ days }}){% endmacro %}

{% macro days_between(earlier, later) %}{{ return(adapter.dispatch('days_between', 'casemart')(earlier, later)) }}{% endmacro %}
{% macro default__days_between(earlier, later) %}({{ later }} - {{ earlier }}){% endmacro %}

{% macro add_months(day, months) %}{{ return(adapter.dispatch('add_months', 'casemart')(day, months)) }}{% endmacro %}
{% macro default__add_months(day, months) %}cast({{ day }} + ({{ months }}) * interval '1 month' as date){% endmacro %}

{% macro day_in_month(day) %}{{ return(adapter.dispatch('day_in_month', 'casemart')(day)) }}{% endmacro %}
{% macro default__day_in_month(day) %}cast(extract(day from {{ day }}) as integer){% endmacro %}

{% macro month_number(day) %}{{ return(adapter.dispatch('month_number', 'casemart')(day)) }}{% endmacro %}
{% macro default__month_number(day) %}cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) as integer){% endmacro %}

{% macro quarter_name(day) %}{{ return(adapter.dispatch('quarter_name', 'casemart')(day)) }}{% endmacro %}
{% macro default__quarter_name(day) -%}
    cast(cast(extract(year from {{ day }}) as integer) as {{ casemart.type_of('string') }})
    || '-Q' || cast(cast(extract(quarter from {{ day }}) as integer) as {{ casemart.type_of('string') }})
{%- endmacro %}

{% macro divided(amount, divisor) %}{{ return(adapter.dispatch('divided', 'casemart')(amount, divisor)) }}{% endmacro %}
{#
    An exact amount divided, rounded to 8 places half away from zero: the same decimal on every engine, so that sums of it are
    exact. DuckDB divides decimals as doubles, which are off in the eighth place at ties and for large amounts: whole numbers instead.
#}
{% macro default__divided(amount, divisor) -%}
    {%- set numerator = 'abs(cast(cast(' ~ amount ~ ' as decimal(38, 8)) * 100000000 as hugeint))' -%}
    {%- set denominator = 'abs(cast(cast(' ~ divisor ~ ' as decimal(38, 4)) * 10000 as hugeint))' -%}
    cast(
        sign({{ amount }}) * sign({{ divisor }}) * 0.00000001
        * cast((20000 * {{ numerator }} + {{ denominator }}) // nullif(2 * {{ denominator }}, 0) as decimal(38, 0))
        as decimal(28, 8)
    )
{%- endmacro %}
{% macro postgres__divided(amount, divisor) -%}
    cast(round(cast({{ amount }} as decimal(38, 16)) / nullif({{ divisor }}, 0), 8) as decimal(28, 8))
{%- endmacro %}

{# A double of up to 15 digits, rounded to `places`: what Postgres keeps of a double on its way through a decimal. #}
{% macro rounded_to(value, places) %}{{ return(adapter.dispatch('rounded_to', 'casemart')(value, places)) }}{% endmacro %}
{% macro default__rounded_to(value, places) %}(round({{ value }}, {{ places }}) + 0){% endmacro %}
{% macro postgres__rounded_to(value, places) %}cast(round(cast({{ value }} as numeric), {{ places }}) as double precision){% endmacro %}

{% macro seconds_between(earlier, later) %}{{ return(adapter.dispatch('seconds_between', 'casemart')(earlier, later)) }}{% endmacro %}
{% macro default__seconds_between(earlier, later) %}cast(extract(epoch from {{ later }}) - extract(epoch from {{ earlier }}) as bigint){% endmacro %}
{# By way of a double, so that half a second is rounded to the even second here too. #}
{% macro postgres__seconds_between(earlier, later) -%}
    cast(cast(extract(epoch from {{ later }}) - extract(epoch from {{ earlier }}) as double precision) as bigint)
{%- endmacro %}

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

{% macro joined_text(value, separator) %}{{ return(adapter.dispatch('joined_text', 'casemart')(value, separator)) }}{% endmacro %}
{% macro default__joined_text(value, separator) -%}
    string_agg({{ value }}, '{{ separator }}' order by {{ value }})
{%- endmacro %}

{# The same with the zone in a column. A skipped local time moves forward by the gap, a repeated one is its second occurrence. #}
{% macro to_utc_from(local_timestamp, zone) %}{{ return(adapter.dispatch('to_utc_from', 'casemart')(local_timestamp, zone)) }}{% endmacro %}
{% macro default__to_utc_from(local_timestamp, zone) -%}
    ((({{ local_timestamp }}) at time zone {{ zone }}) at time zone 'UTC')
{%- endmacro %}

{% macro from_utc_to(utc_timestamp, zone) %}{{ return(adapter.dispatch('from_utc_to', 'casemart')(utc_timestamp, zone)) }}{% endmacro %}
{% macro default__from_utc_to(utc_timestamp, zone) -%}
    ((({{ utc_timestamp }}) at time zone 'UTC') at time zone {{ zone }})
{%- endmacro %}

{# 1 = Monday to 7 = Sunday. #}
{% macro weekday_number(day) %}{{ return(adapter.dispatch('weekday_number', 'casemart')(day)) }}{% endmacro %}
{% macro default__weekday_number(day) %}cast(extract(isodow from {{ day }}) as integer){% endmacro %}

{% macro add_minutes(moment, minutes) %}{{ return(adapter.dispatch('add_minutes', 'casemart')(moment, minutes)) }}{% endmacro %}
{% macro default__add_minutes(moment, minutes) %}({{ moment }} + ({{ minutes }}) * interval '1 minute'){% endmacro %}

{# Seconds to the microsecond: exact, so that durations add up. #}
{% macro exact_seconds(earlier, later) %}{{ return(adapter.dispatch('exact_seconds', 'casemart')(earlier, later)) }}{% endmacro %}
{% macro default__exact_seconds(earlier, later) -%}
    cast(cast(epoch_us({{ later }}) - epoch_us({{ earlier }}) as decimal(18, 0)) * 0.000001 as decimal(18, 6))
{%- endmacro %}
{% macro postgres__exact_seconds(earlier, later) -%}
    cast(extract(epoch from {{ later }}) - extract(epoch from {{ earlier }}) as decimal(18, 6))
{%- endmacro %}

{% macro add_exact_seconds(moment, seconds) %}{{ return(adapter.dispatch('add_exact_seconds', 'casemart')(moment, seconds)) }}{% endmacro %}
{% macro default__add_exact_seconds(moment, seconds) -%}
    ({{ moment }} + to_microseconds(cast(cast({{ seconds }} as decimal(38, 6)) * 1000000 as bigint)))
{%- endmacro %}
{% macro postgres__add_exact_seconds(moment, seconds) %}({{ moment }} + ({{ seconds }}) * interval '1 second'){% endmacro %}

{% macro literal(value) -%}
    {#- A var as an SQL literal: null, number, boolean or quoted text. -#}
    {%- if value is none -%}null
    {%- elif value is boolean or value is number -%}{{ value | string | lower }}
    {%- else -%}'{{ value | string | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}
