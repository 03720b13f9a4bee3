{# Days, the as-of day and periods. #}

{% macro local_day(moment) -%}
    {#- The calendar day of a UTC timestamp in `casemart_timezone`. -#}
    {%- if var('casemart_timezone') == 'UTC' -%}
        cast({{ moment }} as date)
    {%- else -%}
        cast({{ casemart.from_utc(moment, var('casemart_timezone')) }} as date)
    {%- endif -%}
{%- endmacro %}

{% macro local_midnight(day) -%}
    {#- The UTC moment at which a calendar day begins in `casemart_timezone`. -#}
    {%- if var('casemart_timezone') == 'UTC' -%}
        cast({{ day }} as timestamp)
    {%- else -%}
        {#- Where clocks go back over midnight there are two; the day begins at the first. -#}
        {%- set midnight = casemart.to_utc('cast(' ~ day ~ ' as timestamp)', var('casemart_timezone')) -%}
        {%- set hour_before = '(' ~ midnight ~ " - interval '1 hour')" -%}
        case when {{ casemart.local_day(hour_before) }} = {{ day }} then {{ hour_before }} else {{ midnight }} end
    {%- endif -%}
{%- endmacro %}

{% macro whole_months(first_day, last_day) -%}
    {#- The largest number of months that, added to `first_day` (clipped to month ends), does not pass `last_day`. -#}
    {%- set months = '(' ~ casemart.month_number(last_day) ~ ' - ' ~ casemart.month_number(first_day) ~ ')' -%}
    ({{ months }} - case when {{ casemart.add_months(first_day, months) }} > {{ last_day }} then 1 else 0 end)
{%- endmacro %}

{% macro month_end(day) -%}
    {#- The last day of the month that holds `day`. -#}
    {{ casemart.add_days(casemart.add_months(casemart.period_start('month', day), 1), -1) }}
{%- endmacro %}

{% macro end_of_days() %}cast('9999-12-31' as date){% endmacro %}

{% macro end_of_day(day) -%}
    {#- The last second of a calendar day (UTC): attributes of a day are those that hold then. -#}
    {{ casemart.local_midnight(casemart.add_days(day, 1)) }} - interval '1 second'
{%- endmacro %}

{% macro beginning_of_time() %}cast('0001-01-01 00:00:00' as timestamp){% endmacro %}

{% macro end_of_time() %}cast('9999-12-31 00:00:00' as timestamp){% endmacro %}

{% macro is_known(moment) -%}
    {#- True for what happened up to the end of the as-of day; whatever is later is treated as absent. -#}
    {{ moment }} < (select as_of.as_of_end_at from {{ ref('casemart', 'dim_as_of') }} as as_of)
{%- endmacro %}

{% macro as_of() -%}
    (select as_of.as_of from {{ ref('casemart', 'dim_as_of') }} as as_of)
{%- endmacro %}

{% macro check_as_of(relation) %}
    {# Data without any event and without the var have no "now": better to stop than to guess. #}
    {% if execute and flags.WHICH in ('run', 'build') %}
        {% set row = run_query('select as_of is null and has_rows as is_missing from ' ~ relation).rows[0] %}
        {% if row[0] %}
            {{ exceptions.raise_compiler_error(
                'casemart_as_of is neither set nor found: the raw tables hold rows but not one event. '
                ~ "Set the var, for example casemart_as_of: '2026-03-31'."
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}

{% macro period_start(grain, day) %}cast(date_trunc('{{ grain }}', {{ day }}) as date){% endmacro %}

{% macro periods_of(days) -%}
    {#- One row per published period that holds one of `days`. -#}
    {%- set lengths = {'week': '7 days', 'month': '1 month', 'quarter': '3 months', 'year': '1 year'} -%}
    {%- for grain in var('casemart_period_grains') %}
    select distinct
        cast('{{ grain }}' as {{ casemart.type_of('string') }}) as period_grain,
        {{ casemart.period_start(grain, 'date_day') }} as period_start,
        {{ casemart.add_days('cast(' ~ casemart.period_start(grain, 'date_day') ~ " + interval '" ~ lengths[grain] ~ "' as date)", -1) }} as period_end
    from {{ days }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro disjoint_periods(relation, key) -%}
    {#- Rows with validity, made disjoint: of rows that overlap, the one with the latest valid_from holds. Days begin at local midnight. -#}
    select
        rows_in_force.*,
        -- Since ever and for ever are no days of a zone: converted, east of Greenwich, ever would begin before the year 1.
        case
            when rows_in_force.first_day = cast('0001-01-01' as date) then {{ casemart.beginning_of_time() }}
            else {{ casemart.local_midnight('rows_in_force.first_day') }}
        end as valid_from_at,
        case
            when rows_in_force.end_day = cast('9999-12-31' as date) then {{ casemart.end_of_time() }}
            else {{ casemart.local_midnight('rows_in_force.end_day') }}
        end as valid_to_at
    from (
        select
            stretches.first_day,
            stretches.end_day,
            candidates.*,
            row_number() over (
                partition by stretches.{{ key }}, stretches.first_day
                order by candidates.valid_from desc nulls last
            ) as candidate_rank
        from (
            select
                {{ key }},
                boundary as first_day,
                lead(boundary) over (partition by {{ key }} order by boundary) as end_day
            from (
                select {{ key }}, coalesce(valid_from, cast('0001-01-01' as date)) as boundary from {{ relation }}
                union
                select {{ key }}, coalesce(valid_to, cast('9999-12-31' as date)) as boundary from {{ relation }}
            ) as boundaries
        ) as stretches
        inner join {{ relation }} as candidates
            on
                stretches.{{ key }} = candidates.{{ key }}
                and coalesce(candidates.valid_from, cast('0001-01-01' as date)) <= stretches.first_day
                and coalesce(candidates.valid_to, cast('9999-12-31' as date)) > stretches.first_day
        where stretches.end_day is not null
    ) as rows_in_force
    where rows_in_force.candidate_rank = 1
{%- endmacro %}

{% macro is_settled(period_end, days) -%}
    {#- True once the period has ended and the window of `days` has run out for its last day too. -#}
    {{ casemart.add_days(period_end, days) }} <= {{ casemart.as_of() }}
{%- endmacro %}

{% macro overlaps(relation, key) -%}
    {#- Rows whose validity begins before that of an earlier row of the same key has ended. -#}
    (
        select *
        from (
            select
                {{ key }},
                valid_from,
                max(coalesce(valid_to, cast('9999-12-31' as date))) over (
                    partition by {{ key }} order by valid_from nulls first
                    rows between unbounded preceding and 1 preceding
                ) as earlier_valid_to
            from {{ relation }}
        ) as validity
        where valid_from < earlier_valid_to
    ) as overlapping
{%- endmacro %}
