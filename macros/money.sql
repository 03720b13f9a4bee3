{# Money: which day's rate converts an amount. #}

{% macro month_rate_day(month_day) -%}
    {#- The last day of the month that holds `month_day`, or the as-of day while that month runs. -#}
    least(
        {{ casemart.add_days("cast(date_trunc('month', " ~ month_day ~ ") + interval '1 month' as date)", -1) }},
        {{ casemart.as_of() }}
    )
{%- endmacro %}
