{# Helpers of the identity tests. #}

{% macro additive_first_contact_counts() %}
    {{ return((casemart.first_contact_measures().keys() | list) + (casemart.case_closing_measures().keys() | list) + ['awaiting_first_contact']) }}
{% endmacro %}

{% macro unpivoted(mart, counts, is_flow_only=false) -%}
    {#- A row per cell and count; with is_flow_only, without the stock, which does not sum over time. -#}
    {%- for count in counts if not (is_flow_only and count == 'awaiting_first_contact') %}
    select
        period_grain,
        period_start,
        segment_by,
        segment,
        '{{ count }}' as measure,
        {{ count }} as measure_value
    from {{ mart }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
