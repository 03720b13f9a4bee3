{# Customer success: exact shares, and the counts of milestones by stage. #}

{% macro exact_share(part, whole) -%}
    {#- part / whole to 16 places, half away from zero: a decimal, so that sums of such shares are the same in any order. -#}
    cast({{ casemart.divided('100000000 * (' ~ part ~ ')', whole) }} * 0.00000001 as decimal(20, 16))
{%- endmacro %}

{% macro exact_mean(total, number) -%}
    {#- An exact mean to 12 places, as a double. -#}
    cast(cast({{ casemart.exact_share(total, number) }} as decimal(15, 12)) as {{ casemart.type_double() }})
{%- endmacro %}

{% macro health_components() %}
    {{ return(['adoption', 'success', 'retention', 'recurring_revenue']) }}
{% endmacro %}

{% macro health_sums(components, weights) -%}
    {#-
        The weight of the components that are known, and the sum of weight x component in units of the sixteenth place: all exact,
        so that a score at the bound of a band is in the right one.
    -#}
    {%- for component in casemart.health_components() %}
    case when {{ components }}.{{ component }}_component is not null then {{ weights }}.{{ component }}_weight else 0 end
    {{ '+' if not loop.last }}
    {%- endfor %} as known_weight,
    {%- for component in casemart.health_components() %}
    coalesce(
        cast({{ weights }}.{{ component }}_weight as decimal(38, 8))
        * cast({{ components }}.{{ component }}_component * 10000000000000000 as decimal(20, 0)),
        0
    )
    {{ '+' if not loop.last }}
    {%- endfor %} as weighted_sum
{%- endmacro %}

{% macro health_score(weighted_sum, known_weight) -%}
    {#- 100 x weighted mean of the known components, exact to 12 places; null without any. -#}
    cast({{ casemart.divided(weighted_sum, known_weight ~ ' * 10000000000') }} * 0.0001 as decimal(15, 12))
{%- endmacro %}

{% macro health_component_means() -%}
    {#- Of each component the number of accounts in which it is known, and its mean over them. -#}
    {%- for component in casemart.health_components() %}
    cast(count({{ component }}_component) as bigint) as {{ component }}_accounts,
    {{ casemart.exact_mean('coalesce(sum(' ~ component ~ '_component), 0)', 'count(' ~ component ~ '_component)') }} as {{ component }}_component{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro milestone_counts() -%}
    {#- Counts of each stage whose milestones are agreed with a day, for a group of due milestones. -#}
    {%- for stage in ['adoption', 'success'] %}
    {{ casemart.count_where("stage = '" ~ stage ~ "' and is_reached is not null") }} as {{ stage }}_due_milestones,
    {{ casemart.count_where("stage = '" ~ stage ~ "' and is_reached") }} as {{ stage }}_reached_milestones,
    {{ casemart.count_where("stage = '" ~ stage ~ "' and not is_reached") }} as {{ stage }}_overdue_milestones{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
