{# Rates, targets and the long table of metric values. #}

{% macro rate(numerator, denominator) -%}
    {#- numerator / denominator as a double, rounded to 12 places; null where the denominator is 0 or null. -#}
    {{ casemart.rounded('cast(' ~ numerator ~ ' as ' ~ casemart.type_double() ~ ') / nullif(' ~ denominator ~ ', 0)') }}
{%- endmacro %}

{% macro rounded(value) %}{{ return(adapter.dispatch('rounded', 'casemart')(value)) }}{% endmacro %}
{% macro default__rounded(value) %}round({{ value }}, 12){% endmacro %}
{% macro postgres__rounded(value) %}cast(round(cast({{ value }} as numeric), 12) as double precision){% endmacro %}

{% macro target_join(metric, relation) -%}
    {#- The target of a metric that holds on the last day of a period, under the alias target_of_<metric>. -#}
    left join {{ ref('casemart', 'metric_targets') }} as target_of_{{ metric }}
        on
            target_of_{{ metric }}.metric = '{{ metric }}'
            and target_of_{{ metric }}.segment_by = {{ relation }}.segment_by
            and target_of_{{ metric }}.segment = {{ relation }}.segment
            and (target_of_{{ metric }}.valid_from is null or target_of_{{ metric }}.valid_from <= {{ relation }}.period_end)
            and (target_of_{{ metric }}.valid_to is null or target_of_{{ metric }}.valid_to > {{ relation }}.period_end)
{%- endmacro %}

{% macro target_columns(metric, relation, direction=1) -%}
    {#- Target and gap; the gap is how far the value falls short of the target in the good direction, negative = better than it. -#}
    cast(target_of_{{ metric }}.target as {{ casemart.type_double() }}) as {{ metric }}_target,
    {{ casemart.rounded(direction ~ ' * (cast(target_of_' ~ metric ~ '.target as ' ~ casemart.type_double() ~ ') - ' ~ relation ~ '.' ~ metric ~ ')') }} as {{ metric }}_gap
{%- endmacro %}

{% macro metric_rows(mart, metrics) -%}
    {#- The rows of `metric_values` that a mart contributes; `metrics` maps a metric to its numerator and denominator. -#}
    {%- for metric, parts in metrics.items() %}
    select
        catalog.metric,
        catalog.unit,
        mart.period_grain,
        mart.period_start,
        mart.period_end,
        mart.segment_by,
        mart.segment,
        cast(mart.{{ parts[0] }} as {{ casemart.type_double() }}) as numerator,
        cast(mart.{{ parts[1] }} as {{ casemart.type_double() }}) as denominator,
        cast(mart.{{ metric }} as {{ casemart.type_double() }}) as metric_value,
        cast(null as {{ casemart.type_double() }}) as ci_low,
        cast(null as {{ casemart.type_double() }}) as ci_high,
        cast(mart.{{ parts[1] }} as bigint) as sample_size,
        mart.is_complete,
        mart.{{ metric }}_target as target,
        mart.{{ metric }}_gap as gap,
        catalog.definition_version
    from {{ mart }} as mart
    inner join {{ ref('casemart', 'metric_catalog') }} as catalog on catalog.metric = '{{ metric }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro finding(finding, table_name, description, relation, id, condition) -%}
    {#- One row of `data_findings`: how many rows of `relation` meet `condition`, and one of them. -#}
    select
        cast('{{ finding }}' as {{ casemart.type_of('string') }}) as finding,
        cast('{{ table_name }}' as {{ casemart.type_of('string') }}) as table_name,
        cast('{{ description }}' as {{ casemart.type_of('string') }}) as description,
        count(*) as row_count,
        cast(min({{ id }}) as {{ casemart.type_of('string') }}) as sample
    from {{ relation }}
    where {{ condition }}
{%- endmacro %}

{% macro policies() -%}
    {#- The vars in force, one row each. A var that is null stays null. -#}
    {%- for name, description in casemart.policy_descriptions().items() %}
    select
        cast('{{ name }}' as {{ casemart.type_of('string') }}) as policy,
        {%- set value = var(name) %}
        {%- set text = value | join(', ') if value is sequence and value is not string else value | lower if value is boolean else value %}
        cast({{ casemart.literal(text if text is none else text | string) }} as {{ casemart.type_of('string') }}) as policy_value,
        cast('{{ description }}' as {{ casemart.type_of('string') }}) as description
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro policy_descriptions() %}
    {{ return({
        'casemart_timezone': 'Zone whose calendar days are the days of every metric',
        'casemart_as_of': 'Last day that counts; empty = the latest day among the events',
        'casemart_reporting_currency': 'Currency of every amount',
        'casemart_period_grains': 'Periods that are published',
        'casemart_fcr_settlement_days': 'Days after the initial interaction in which evidence settles a case',
        'casemart_fcr_repeat_window_days': 'Days after the acknowledgement in which another case counts as a repeat',
        'casemart_fcr_silence_confirms_days': 'Days of silence that confirm a closed case; empty = never',
        'casemart_fcr_transfer_counts_against': 'Whether a transfer after the initial interaction counts against first contact resolution',
    }) }}
{% endmacro %}
