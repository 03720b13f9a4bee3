{# Money: which day's rate converts an amount, and how it is rounded. #}

{% macro month_rate_day(month_day) -%}
    {#- The last day of the month that holds `month_day`, or the as-of day while that month runs. -#}
    least({{ casemart.month_end(month_day) }}, {{ casemart.as_of() }})
{%- endmacro %}

{% macro cents(amount) -%}
    {#- An amount rounded to the cent, half away from zero. -#}
    cast(round({{ amount }}, 2) as decimal(18, 2))
{%- endmacro %}
