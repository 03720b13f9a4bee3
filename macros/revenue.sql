{# Recurring revenue: the amounts of the waterfall, and how they spread over segments. #}

{% macro lookbacks() -%}
    {%- for months in var('casemart_nrr_lookback_months') | unique | sort %}
    select {{ months }} as lookback_months
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro recurring_flows() %}
    {#- Name of the amount -> amount of an account-month. Opening, closing and transfers depend on the segment. -#}
    {{ return({
        'new': 'new_value',
        'reactivation': 'reactivation_value',
        'expansion': 'expansion_value',
        'contraction': 'contraction_value',
        'churn': 'churn_value',
        'fx': 'fx_value',
        'volume': 'volume_change',
        'price': 'price_change',
        'unsplit': 'unsplit_change',
    }) }}
{% endmacro %}

{% macro recurring_movement_counts() %}
    {{ return({
        'new_accounts': 'new',
        'reactivated_accounts': 'reactivation',
        'expanded_accounts': 'expansion',
        'contracted_accounts': 'contraction',
        'churned_accounts': 'churn',
    }) }}
{% endmacro %}

{% macro recurring_segment_rows() -%}
    {#- Account-months by segment. An account that changes its segment leaves the old one with a row of its own. -#}
    {%- set columns = casemart.recurring_flows().values() | list -%}
    select
        segment_by,
        segment,
        month_start,
        movement,
        opening_value,
        0 as transfer_in_value,
        0 as transfer_out_value,
        closing_value,
        awaiting_renewal_value,
        is_undetermined,
        {{ columns | join(',\n        ') }}
    from (
        select
            cast('all' as {{ casemart.type_of('string') }}) as segment_by,
            cast('all' as {{ casemart.type_of('string') }}) as segment,
            month_start, movement, opening_value, closing_value, awaiting_renewal_value, is_undetermined,
            {{ columns | join(', ') }}
        from {{ ref('casemart', 'fct_recurring_revenue') }}
        union all
        select
            segment_by,
            segment,
            month_start, movement, opening_value, closing_value, awaiting_renewal_value, is_undetermined,
            {{ columns | join(', ') }}
        from {{ ref('casemart', 'fct_recurring_revenue_parts') }}
    ) as entities
    {%- for attribute in casemart.with_own_segments(casemart.account_segments()) %}
    {%- set has_moved = 'opening_value > 0 and closing_value > 0 and opening_segment <> closing_segment' %}

    union all

    select
        cast('{{ attribute }}' as {{ casemart.type_of('string') }}) as segment_by,
        closing_segment as segment,
        month_start,
        movement,
        case when {{ has_moved }} then 0 else opening_value end as opening_value,
        case when {{ has_moved }} then opening_value else 0 end as transfer_in_value,
        0 as transfer_out_value,
        closing_value,
        awaiting_renewal_value,
        is_undetermined,
        {{ columns | join(',\n        ') }}
    from ({{ casemart.recurring_account_rows(attribute) }}) as account_rows

    union all

    select
        cast('{{ attribute }}' as {{ casemart.type_of('string') }}) as segment_by,
        opening_segment as segment,
        month_start,
        'transfer_out' as movement,
        opening_value,
        0 as transfer_in_value,
        opening_value as transfer_out_value,
        0 as closing_value,
        0 as awaiting_renewal_value,
        is_undetermined,
        {% for column in columns %}0 as {{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from ({{ casemart.recurring_account_rows(attribute) }}) as account_rows
    where {{ has_moved }}
    {%- endfor %}
{%- endmacro %}

{% macro recurring_account_rows(attribute) -%}
    {#- Account-months with an attribute at the opening and at the closing; a churn belongs to the segment that is left. -#}
    {%- set is_own = attribute in casemart.own_segments('accounts') %}
        select
            account_months.*,
            coalesce({{ "case when movement = 'churn' then before.attribute_value else own.attribute_value end" if is_own else attribute }}, '(none)') as closing_segment,
            coalesce({{ 'case when opening_value > 0 then before.attribute_value else own.attribute_value end' if is_own else 'opening_' ~ attribute }}, '(none)') as opening_segment
        from {{ ref('casemart', 'fct_recurring_revenue') }} as account_months
        {%- if is_own %}
        {{ casemart.join_account_attribute(attribute, 'own', 'account_months.account_id', 'account_months.stock_on') }}
        {{ casemart.join_account_attribute(attribute, 'before', 'account_months.account_id', casemart.add_days('account_months.month_start', -1)) }}
        {%- endif %}
{%- endmacro %}

{% macro recurring_leaf(relation) -%}
    select
        month_start,
        segment_by,
        segment,
        cast(sum(opening_value) as decimal(18, 2)) as opening_value,
        cast(sum(transfer_in_value) as decimal(18, 2)) as transfer_in_value,
        cast(sum(transfer_out_value) as decimal(18, 2)) as transfer_out_value,
        {%- for amount in casemart.recurring_flows().values() %}
        cast(sum({{ amount }}) as decimal(18, 2)) as {{ amount }},
        {%- endfor %}
        cast(sum(closing_value) as decimal(18, 2)) as closing_value,
        cast(sum(awaiting_renewal_value) as decimal(18, 2)) as awaiting_renewal_value,
        {%- for count, movement in casemart.recurring_movement_counts().items() %}
        cast(sum(case when movement = '{{ movement }}' then 1 else 0 end) as bigint) as {{ count }},
        {%- endfor %}
        cast(sum(case when opening_value > 0 then 1 else 0 end) as bigint) as opening_accounts,
        cast(sum(case when transfer_in_value > 0 then 1 else 0 end) as bigint) as transferred_in_accounts,
        cast(sum(case when transfer_out_value > 0 then 1 else 0 end) as bigint) as transferred_out_accounts,
        cast(sum(case when closing_value > 0 then 1 else 0 end) as bigint) as closing_accounts,
        cast(sum(case when is_undetermined then 1 else 0 end) as bigint) as undetermined_accounts
    from {{ relation }}
    group by month_start, segment_by, segment
{%- endmacro %}

{% macro recurring_sums(leaf, periods) -%}
    {#- The opening of the period's first month, the closing of its last one, and the sum of what moved in between. -#}
    sum(case when {{ leaf }}.month_start = {{ periods }}.first_month_start then {{ leaf }}.opening_value else 0 end) as recurring_revenue_opening,
    sum(case when {{ leaf }}.month_start = {{ periods }}.last_month_start then {{ leaf }}.closing_value else 0 end) as recurring_revenue,
    sum(case when {{ leaf }}.month_start = {{ periods }}.last_month_start then {{ leaf }}.awaiting_renewal_value else 0 end) as recurring_revenue_awaiting_renewal,
    sum({{ leaf }}.transfer_in_value) as recurring_revenue_transfer_in,
    sum({{ leaf }}.transfer_out_value) as recurring_revenue_transfer_out,
    {%- for name, amount in casemart.recurring_flows().items() %}
    sum({{ leaf }}.{{ amount }}) as recurring_revenue_{{ name }},
    {%- endfor %}
    sum(case when {{ leaf }}.month_start = {{ periods }}.first_month_start then {{ leaf }}.opening_accounts else 0 end) as opening_accounts,
    sum(case when {{ leaf }}.month_start = {{ periods }}.last_month_start then {{ leaf }}.closing_accounts else 0 end) as closing_accounts,
    sum({{ leaf }}.transferred_in_accounts) as transferred_in_accounts,
    sum({{ leaf }}.transferred_out_accounts) as transferred_out_accounts,
    {%- for count in casemart.recurring_movement_counts() %}
    sum({{ leaf }}.{{ count }}) as {{ count }},
    {%- endfor %}
    sum({{ leaf }}.undetermined_accounts) as undetermined_account_months
{%- endmacro %}

{% macro recurring_metrics() %}
    {#- Metric of the waterfall -> its good direction. -#}
    {{ return({
        'recurring_revenue': 1,
        'recurring_revenue_opening': 0,
        'recurring_revenue_new': 1,
        'recurring_revenue_reactivation': 1,
        'recurring_revenue_expansion': 1,
        'recurring_revenue_contraction': -1,
        'recurring_revenue_churn': -1,
        'recurring_revenue_fx': 0,
        'recurring_revenue_transfer_in': 0,
        'recurring_revenue_transfer_out': 0,
        'recurring_revenue_volume': 1,
        'recurring_revenue_price': 0,
        'recurring_revenue_unsplit': 0,
        'recurring_revenue_awaiting_renewal': -1,
        'recurring_revenue_gained': 1,
        'recurring_revenue_lost': -1,
    }) }}
{% endmacro %}

{% macro recurring_columns(relation) -%}
    {%- for metric, direction in casemart.recurring_metrics().items() %}
    cast({{ relation }}.{{ metric }} as decimal(18, 2)) as {{ metric }},
    {{ casemart.target_columns(metric, relation, direction) }},
    {%- endfor %}
    {%- for count in ['opening_accounts'] + (casemart.recurring_movement_counts() | list) + ['transferred_in_accounts', 'transferred_out_accounts', 'closing_accounts'] %}
    cast({{ relation }}.{{ count }} as bigint) as {{ count }},
    {%- endfor %}
    cast({{ relation }}.undetermined_account_months as bigint) as undetermined_account_months,
    {{ relation }}.recurring_revenue_rate,
    {{ casemart.target_columns('recurring_revenue_rate', relation) }},
    {{ relation }}.quick_ratio,
    {{ casemart.target_columns('quick_ratio', relation) }}
{%- endmacro %}

{% macro recurring_target_joins(relation) -%}
    {%- for metric in (casemart.recurring_metrics() | list) + ['recurring_revenue_rate', 'quick_ratio'] %}
{{ casemart.target_join(metric, relation) }}
    {%- endfor %}
{%- endmacro %}

{% macro cohort_sums(relation) -%}
    {#- One set of columns per look-back; a look-back that casemart_nrr_lookback_months leaves out has no rows, so its rates are null. -#}
    {%- for months, suffix in {12: '_12_months', 3: '_3_months', 1: '_1_month'}.items() %}
    cast(sum(case when {{ relation }}.lookback_months = {{ months }} then 1 else 0 end) as bigint) as cohort_accounts{{ suffix }},
    cast(sum(case when {{ relation }}.lookback_months = {{ months }} then {{ relation }}.base_value else 0 end) as decimal(18, 2)) as base_value{{ suffix }},
    cast(sum(case when {{ relation }}.lookback_months = {{ months }} then {{ relation }}.value_now else 0 end) as decimal(18, 2)) as value_now{{ suffix }},
    cast(sum(case when {{ relation }}.lookback_months = {{ months }} then {{ relation }}.kept_value else 0 end) as decimal(18, 2)) as kept_value{{ suffix }},
    {%- endfor %}
    cast(sum(case when {{ relation }}.is_undetermined then 1 else 0 end) as bigint) as undetermined_cohort_accounts
{%- endmacro %}

{% macro recurring_metric_rows(mart) -%}
    {%- set metrics = {} %}
    {%- for metric in casemart.recurring_metrics() %}
    {%- do metrics.update({metric: (metric, none, 'opening_accounts' if metric == 'recurring_revenue_opening' else 'closing_accounts')}) %}
    {%- endfor %}
    {{ casemart.metric_rows(mart, metrics) }}
{%- endmacro %}
