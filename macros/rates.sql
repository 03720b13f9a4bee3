{# Rates, targets and the long table of metric values. #}

{% macro rate(numerator, denominator) -%}
    {#- numerator / denominator as a double, rounded to 12 places; null where the denominator is 0 or null. -#}
    {{ casemart.rounded('cast(' ~ numerator ~ ' as ' ~ casemart.type_double() ~ ') / nullif(' ~ denominator ~ ', 0)') }}
{%- endmacro %}

{% macro rounded(value) %}{{ return(adapter.dispatch('rounded', 'casemart')(value)) }}{% endmacro %}
{# Plus 0, so that there is no minus zero. #}
{% macro default__rounded(value) %}(round({{ value }}, 12) + 0){% endmacro %}
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
    {#-
        Target and gap; the gap is how far the value falls short of the target in the good direction, negative = better than it.
        Without a good direction (0) there is no gap.
    -#}
    cast(target_of_{{ metric }}.target as {{ casemart.type_double() }}) as {{ metric }}_target,
    {{ casemart.rounded(
        'nullif(' ~ direction ~ ', 0) * (cast(target_of_' ~ metric ~ '.target as ' ~ casemart.type_double() ~ ') - ' ~ relation ~ '.' ~ metric ~ ')'
    ) }} as {{ metric }}_gap
{%- endmacro %}

{% macro with_targets(relation, metrics) -%}
    {#- The rows of a mart with <metric>_target and <metric>_gap; `metrics` maps each metric to its good direction. -#}
    select
        {{ relation }}.*,
        {%- for metric, direction in metrics.items() %}
        {{ casemart.target_columns(metric, relation, direction) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {%- for metric in metrics %}
    {{ casemart.target_join(metric, relation) }}
    {%- endfor %}
{%- endmacro %}

{% macro metric_rows(mart, metrics, estimates=[], condition='true') -%}
    {#-
        The rows of `metric_values` that a mart contributes. `metrics` maps a metric to its numerator (none for a median or a weighted
        score), its denominator (none for an amount too) and, where that is not the denominator, the count of rows that it rests on.
        An estimate has its interval in <metric>_ci_low and <metric>_ci_high.
    -#}
    {%- set double = casemart.type_double() %}
    {%- for metric, parts in metrics.items() %}
    {%- set sample = parts[2] if parts | length > 2 else parts[1] %}
    select
        catalog.metric,
        catalog.unit,
        mart.period_grain,
        mart.period_start,
        mart.period_end,
        mart.segment_by,
        mart.segment,
        cast({{ 'mart.' ~ parts[0] if parts[0] else 'null' }} as {{ double }}) as numerator,
        cast({{ 'mart.' ~ parts[1] if parts[1] else 'null' }} as {{ double }}) as denominator,
        cast(mart.{{ metric }} as {{ double }}) as metric_value,
        cast({{ 'mart.' ~ metric ~ '_ci_low' if metric in estimates else 'null' }} as {{ double }}) as ci_low,
        cast({{ 'mart.' ~ metric ~ '_ci_high' if metric in estimates else 'null' }} as {{ double }}) as ci_high,
        cast({{ 'mart.' ~ sample if sample else 'null' }} as bigint) as sample_size,
        mart.is_complete,
        mart.{{ metric }}_target as target,
        mart.{{ metric }}_gap as gap,
        catalog.definition_version
    from {{ mart }} as mart
    inner join {{ ref('casemart', 'metric_catalog') }} as catalog on catalog.metric = '{{ metric }}'
    where {{ condition }}
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
        {%- set parts = [] %}
        {%- for key, part in (value.items() if value is mapping else []) %}
        {%- do parts.append(key ~ ': ' ~ part) %}
        {%- endfor %}
        {%- set value = parts if value is mapping else value %}
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
        'casemart_deflection_contact_window_days': 'Days after a self-help session in which a case shows that help was needed',
        'casemart_survey_settlement_days': 'Days up to which a survey answer counts',
        'casemart_renewal_grace_days': 'Days after the first day not covered on which a contract can still be renewed',
        'casemart_nrr_lookback_months': 'Months back to the base of net and gross recurring revenue',
        'casemart_reopen_window_days': 'Days after a closing in which a reopening counts; after a resolution, in which it undoes it',
        'casemart_contact_settlement_days': 'Days after the offer of a contact within which it ends',
        'casemart_contact_quality_weights': 'Weights of the parts of contact quality',
        'casemart_esat_min_responses': 'Answers of employees under which nothing is published',
        'casemart_esat_period_grain': 'The only period of employee satisfaction',
        'casemart_default_schedule': 'Schedule of cases that name none',
        'casemart_holiday_free_schedules': 'Schedules that holidays of all schedules leave alone',
        'casemart_business_time_horizon_days': 'Days after the as-of day for which opening hours are laid out',
        'casemart_onboarding_window_days': 'Days after the first contract within which a customer is onboarded',
        'casemart_health_silence_days': 'Days without any contact that make an account silent',
        'casemart_health_min_weight_coverage': 'Share of the weights that a health score needs to have a band',
        'casemart_knowledge_min_comparable_cases': 'Cases of a topic with and without an article that a comparison of handle time needs',
        'casemart_knowledge_cost_categories': 'Cost categories of what deflects',
        'casemart_support_cost_categories': 'Cost categories of support',
        'casemart_support_contract_types': 'Contract types whose recurring value is the revenue of support',
        'casemart_community_inactive_days': 'Days without a post after which a question thread pauses',
        'casemart_community_settlement_days': 'Days after its opening in which a thread is answered, resolved or escalated',
        'casemart_impact_window_days': 'Days after an experience in which its outcomes are looked for',
        'casemart_extra_segments': 'Columns of your own that metrics are published by',
        'casemart_correlation_min_points': 'Pairs under which no correlation is published',
    }) }}
{% endmacro %}
