{# Costs and what they are held against. #}

{% macro cost_of(categories) -%}
    {#-
        The cost of several categories in a period, from rows of `fct_cost_periods`; null when one of them that is in use was not booked
        in a month. A category that never occurs costs nothing,
        except assisted support, which is always needed.
    -#}
    {%- set is_among = "category in ('" ~ categories | join("', '") ~ "')" -%}
    cast(
        case
            when
                sum(case when {{ is_among }} and not is_cost_complete then 1 else 0 end) = 0
                {%- if 'assisted_support' in categories %}
                and sum(case when category = 'assisted_support' then 1 else 0 end) > 0
                {%- endif %}
                then coalesce(sum(case when {{ is_among }} then cost end), 0)
        end as decimal(18, 2)
    )
{%- endmacro %}

{% macro join_period(relation, periods) -%}
    left join {{ relation }}
        on {{ periods }}.period_grain = {{ relation }}.period_grain and {{ periods }}.period_start = {{ relation }}.period_start
{%- endmacro %}
