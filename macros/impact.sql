{# Experience impact: how later behaviour goes with an exposure. A metric is <exposure>_impact_<outcome>. #}

{% macro impact_outcomes() %}
    {#- Outcome -> its flag in fct_account_experience. -#}
    {{ return({'renewal': 'has_renewed', 'purchase': 'has_purchased', 'recommendation': 'has_recommended'}) }}
{% endmacro %}

{% macro impact_metrics() %}
    {% set metrics = {} %}
    {% for exposure in ['experience', 'first_contact_resolution', 'unmet_need', 'community'] %}
        {% for outcome, flag in casemart.impact_outcomes().items() %}
            {% do metrics.update({exposure ~ '_impact_' ~ outcome: {'exposure': exposure, 'outcome': outcome, 'flag': flag}}) %}
        {% endfor %}
    {% endfor %}
    {{ return(metrics) }}
{% endmacro %}

{% macro impact_counts() -%}
    {#- Per metric the accounts of which the outcome is known, those of them for which it came, and those of which nobody knows yet. -#}
    {%- for metric, parts in casemart.impact_metrics().items() %}
    {%- for exposure_class in ['exposed', 'reference'] %}
    {%- set is_in_class = "exposure = '" ~ parts.exposure ~ "' and exposure_class = '" ~ exposure_class ~ "'" %}
    {{ casemart.count_where(is_in_class ~ ' and ' ~ parts.flag ~ ' is not null') }} as {{ metric }}_{{ exposure_class }},
    {{ casemart.count_where(is_in_class ~ ' and ' ~ parts.flag) }} as {{ metric }}_{{ exposure_class }}_yes,
    {%- endfor %}
    {{ casemart.count_where(
        "exposure = '" ~ parts.exposure ~ "' and " ~ parts.outcome ~ "_state = 'undetermined'"
    ) }} as {{ metric }}_undetermined{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro impact_rates() -%}
    {%- for metric in casemart.impact_metrics() %}
    {%- set n1, a, n0, b = metric ~ '_exposed', metric ~ '_exposed_yes', metric ~ '_reference', metric ~ '_reference_yes' %}
    {{ n1 }} + {{ n0 }} as {{ metric }}_accounts,
    {{ casemart.rate(a, n1) }} as {{ metric }}_risk_exposed,
    {{ casemart.rate(b, n0) }} as {{ metric }}_risk_reference,
    {{ casemart.rate(a ~ ' * ' ~ n0, '(' ~ n1 ~ ' * ' ~ b ~ ')') }} as {{ metric }},
    {{ casemart.katz_bound(a, n1, b, n0, '-') }} as {{ metric }}_ci_low,
    {{ casemart.katz_bound(a, n1, b, n0, '+') }} as {{ metric }}_ci_high,
    case when {{ n1 }} > 0 and {{ n0 }} > 0 then {{ casemart.is_katz_adjusted(a, n1, b, n0) }} end as {{ metric }}_is_adjusted,
    {{ casemart.rate(a ~ ' * ' ~ n0 ~ ' - ' ~ b ~ ' * ' ~ n1, '(' ~ n1 ~ ' * ' ~ n0 ~ ')') }} as {{ metric }}_risk_difference{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro impact_undetermined() -%}
    {%- for metric in casemart.impact_metrics() -%}{{ metric }}_undetermined{{ ' + ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro impact_directions() %}
    {#- A ratio of risks has no good direction of its own. -#}
    {% set directions = {} %}
    {% for metric in casemart.impact_metrics() %}
        {% do directions.update({metric: 0}) %}
    {% endfor %}
    {{ return(directions) }}
{% endmacro %}

{% macro impact_columns() -%}
    {%- for metric in casemart.impact_metrics() %}
    {{ metric }}_exposed,
    {{ metric }}_exposed_yes,
    {{ metric }}_reference,
    {{ metric }}_reference_yes,
    {{ metric }}_undetermined,
    {{ metric }}_accounts,
    {{ metric }}_risk_exposed,
    {{ metric }}_risk_reference,
    {{ metric }},
    {{ metric }}_ci_low,
    {{ metric }}_ci_high,
    {{ metric }}_is_adjusted,
    {{ metric }}_risk_difference,
    {{ metric }}_target,
    {{ metric }}_gap,
    {%- endfor %}
{%- endmacro %}

{% macro is_katz_adjusted(a, n1, b, n0) -%}
    ({{ a }} = 0 or {{ b }} = 0 or ({{ a }} = {{ n1 }} and {{ b }} = {{ n0 }}))
{%- endmacro %}

{% macro katz_bound(a, n1, b, n0, sign) -%}
    {#-
        Bound of the 95 % Katz interval of the risk ratio (a / n1) / (b / n0); null where one side has nobody. Where nobody, or
        everybody on both sides, had the outcome, it is computed with a + 0.5, n1 + 1, b + 0.5, n0 + 1 and widened to hold the ratio.
    -#}
    {%- set double = casemart.type_double() -%}
    {%- set half = 'case when ' ~ casemart.is_katz_adjusted(a, n1, b, n0) ~ ' then 0.5 else 0 end' -%}
    {%- set x1, x0 = '(' ~ a ~ ' + cast(' ~ half ~ ' as ' ~ double ~ '))', '(' ~ b ~ ' + cast(' ~ half ~ ' as ' ~ double ~ '))' -%}
    {%- set m1, m0 = '(' ~ n1 ~ ' + 2 * cast(' ~ half ~ ' as ' ~ double ~ '))', '(' ~ n0 ~ ' + 2 * cast(' ~ half ~ ' as ' ~ double ~ '))' -%}
    {%- set ratio = casemart.rate(a ~ ' * ' ~ n0, '(' ~ n1 ~ ' * ' ~ b ~ ')') -%}
    {%- set bound = casemart.rounded_to(
        'exp(ln(' ~ x1 ~ ' / ' ~ m1 ~ ' / (' ~ x0 ~ ' / ' ~ m0 ~ ')) ' ~ sign ~ ' ' ~ casemart.z()
        ~ ' * sqrt(1 / ' ~ x1 ~ ' - 1 / ' ~ m1 ~ ' + 1 / ' ~ x0 ~ ' - 1 / ' ~ m0 ~ '))', 9
    ) -%}
    case
        when {{ n1 }} = 0 or {{ n0 }} = 0 then null
        {%- if sign == '-' %}
        when {{ a }} = 0 then 0
        else least({{ bound }}, {{ ratio }})
        {%- else %}
        else greatest({{ bound }}, {{ ratio }})
        {%- endif %}
    end
{%- endmacro %}

{% macro outcome_rows(relation) -%}
    {#- One row per outcome instead of three columns. -#}
    {%- for outcome, flag in casemart.impact_outcomes().items() %}
    select
        {{ relation }}.*,
        cast('{{ outcome }}' as {{ casemart.type_of('string') }}) as outcome,
        {{ flag }} as has_happened,
        {{ outcome }}_state as outcome_state,
        has_{{ outcome }}_so_far as has_happened_so_far
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro impact_metric_rows(mart) -%}
    {#- The two risks are numerator and denominator; they rest on the accounts of both classes. -#}
    {%- set metrics = {} %}
    {%- for metric in casemart.impact_metrics() %}
    {%- do metrics.update({metric: (metric ~ '_risk_exposed', metric ~ '_risk_reference', metric ~ '_accounts')}) %}
    {%- endfor %}
    {{ casemart.metric_rows(mart, metrics, estimates=metrics | list) }}
{%- endmacro %}
