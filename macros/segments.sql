{# The dimensions that metrics are published by, and the one way to find their values at a moment. #}

{% macro own_segments(table) %}
    {#- Columns of one's own that `casemart_extra_segments` keeps and publishes by: those of `cases` or of `accounts`. -#}
    {{ return(var('casemart_extra_segments').get(table, [])) }}
{% endmacro %}

{% macro with_own_segments(segments) %}
    {#- Facts with the segments of cases get the own ones of cases, facts with those of accounts the own ones of accounts. -#}
    {{ return(
        segments
        + (casemart.own_segments('cases') if 'queue' in segments else [])
        + (casemart.own_segments('accounts') if 'account_segment' in segments else [])
    ) }}
{% endmacro %}

{% macro own_attributes(table, relation, columns) -%}
    {#- The values of one's own columns in long form, one row per attribute; no row where none is kept. -#}
    {%- for attribute in casemart.own_segments(table) %}
    select
        {{ columns | join(',\n        ') }},
        cast('{{ attribute }}' as {{ casemart.type_of('string') }}) as attribute,
        cast({{ attribute }} as {{ casemart.type_of('string') }}) as attribute_value
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {{ columns | join(',\n        ') }},
        cast(null as {{ casemart.type_of('string') }}) as attribute,
        cast(null as {{ casemart.type_of('string') }}) as attribute_value
    from {{ relation }}
    where 1 = 0
    {%- endfor %}
{%- endmacro %}

{% macro join_account_attribute(attribute, alias, account_id, day) -%}
    left join {{ ref('casemart', 'dim_account_attributes') }} as {{ alias }}
        on
            {{ account_id }} = {{ alias }}.account_id
            and {{ alias }}.attribute = '{{ attribute }}'
            and {{ day }} >= {{ alias }}.valid_from_on
            and {{ day }} < {{ alias }}.valid_to_on
{%- endmacro %}

{% macro segment_value(segment_by) -%}
    {%- if segment_by == 'all' -%} cast('all' as {{ casemart.type_of('string') }})
    {%- elif segment_by in casemart.own_segments('cases') + casemart.own_segments('accounts') -%} coalesce(own.attribute_value, '(none)')
    {%- else -%} coalesce(segment_rows.{{ segment_by }}, '(none)')
    {%- endif -%}
{%- endmacro %}

{% macro segment_rows(relation, segment_by, segments, day) -%}
    {#-
        The rows of a fact under the alias segment_rows, where needed with an own attribute of their case, or of their account on `day`.
        The account of a case fact is that of the case.
    -#}
    {{ relation }} as segment_rows
    {%- if segment_by in casemart.own_segments('cases') %}
    left join {{ ref('casemart', 'fct_case_attributes') }} as own
        on segment_rows.case_id = own.case_id and own.attribute = '{{ segment_by }}'
    {%- elif segment_by in casemart.own_segments('accounts') and 'queue' in segments %}
    left join (
        select
            case_id as own_case_id,
            account_id as own_account_id
        from {{ ref('casemart', 'fct_case_lifecycles') }}
    ) as own_case on segment_rows.case_id = own_case.own_case_id
    {{ casemart.join_account_attribute(segment_by, 'own', 'own_case.own_account_id', 'segment_rows.' ~ (day or 'is_missing')) }}
    {%- elif segment_by in casemart.own_segments('accounts') %}
    {{ casemart.join_account_attribute(segment_by, 'own', 'segment_rows.account_id', day if '(' in (day or '') else 'segment_rows.' ~ (day or 'is_missing')) }}
    {%- endif %}
{%- endmacro %}

{% macro case_segments() %}
    {{ return([
        'product', 'queue', 'channel', 'delivery_model', 'team', 'site', 'shift', 'priority', 'case_type', 'account_segment', 'region',
    ]) }}
{% endmacro %}

{% macro with_case_segments(relation) -%}
    {#-
        Adds the segments to rows that have case_id, dated_at (the moment at which attributes are read) and
        agent_interaction_id (whose agent's team, site and shift of that moment count).
    -#}
    select
        {{ relation }}.*,
        case when product_then.case_id is not null then product_then.field_value else segment_cases.product end as product,
        case when queue_then.case_id is not null then queue_then.field_value else segment_cases.queue end as queue,
        case when priority_then.case_id is not null then lower(priority_then.field_value) else segment_cases.priority end as priority,
        segment_cases.channel,
        segment_cases.delivery_model,
        segment_cases.case_type,
        segment_cases.topic,
        segment_agent.team,
        segment_agent.site,
        segment_agent.shift,
        segment_account.account_segment,
        segment_account.region
    from {{ relation }}
    inner join {{ ref('casemart', 'fct_case_lifecycles') }} as segment_cases on {{ relation }}.case_id = segment_cases.case_id
    {%- for field in ['product', 'queue', 'priority'] %}
    left join {{ ref('casemart', 'fct_case_field_periods') }} as {{ field }}_then
        on
            {{ relation }}.case_id = {{ field }}_then.case_id
            and {{ field }}_then.field = '{{ field }}'
            and {{ relation }}.dated_at >= {{ field }}_then.valid_from_at
            and {{ relation }}.dated_at < {{ field }}_then.valid_to_at
    {%- endfor %}
    left join {{ ref('casemart', 'fct_interactions') }} as segment_contact
        on {{ relation }}.agent_interaction_id = segment_contact.interaction_id
    left join {{ ref('casemart', 'dim_agents') }} as segment_agent
        on
            segment_contact.agent_id = segment_agent.agent_id
            and {{ relation }}.dated_at >= segment_agent.valid_from_at
            and {{ relation }}.dated_at < segment_agent.valid_to_at
    left join {{ ref('casemart', 'dim_accounts') }} as segment_account
        on
            segment_cases.account_id = segment_account.account_id
            and {{ relation }}.dated_at >= segment_account.valid_from_at
            and {{ relation }}.dated_at < segment_account.valid_to_at
{%- endmacro %}

{% macro leaf(relation, date_column, measures, segments, groups=[], amounts={}) -%}
    {#-
        Counts per month (and week, where weeks are published), segment_by, segment and `groups`; `measures` maps a name to a
        condition, `amounts` to an amount of money that is summed.
    -#}
    {%- for grain in ['month', 'week'] if grain == 'month' or 'week' in var('casemart_period_grains') %}
    {%- set is_last_grain = loop.last %}
    {%- for segment_by in ['all'] + casemart.with_own_segments(segments) %}
    select
        cast('{{ grain }}' as {{ casemart.type_of('string') }}) as leaf_grain,
        {{ casemart.period_start(grain, 'segment_rows.' ~ date_column) }} as leaf_start,
        cast('{{ segment_by }}' as {{ casemart.type_of('string') }}) as segment_by,
        {{ casemart.segment_value(segment_by) }} as segment,
        {%- for group in groups %}
        {{ group }},
        {%- endfor %}
        {%- for name, amount in amounts.items() %}
        cast(coalesce(sum({{ amount }}), 0) as decimal(18, 2)) as {{ name }},
        {%- endfor %}
        {%- for measure, condition in measures.items() %}
        cast(sum(case when {{ condition }} then 1 else 0 end) as bigint) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ casemart.segment_rows(relation, segment_by, segments, date_column) }}
    where segment_rows.{{ date_column }} is not null
    group by 1, 2, 3, 4{% for group in groups %}, {{ group }}{% endfor %}
    {{ 'union all' if not (is_last_grain and loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{% macro roll_up(leaf, measures, groups=[], amounts=[]) -%}
    {#- Sums a leaf to the published periods: months to months, quarters and years, weeks to weeks. -#}
    select
        periods.period_grain,
        periods.period_start,
        leaf.segment_by,
        leaf.segment,
        {%- for group in groups %}
        leaf.{{ group }},
        {%- endfor %}
        {%- for amount in amounts %}
        cast(sum(leaf.{{ amount }}) as decimal(18, 2)) as {{ amount }},
        {%- endfor %}
        {%- for measure in measures %}
        cast(sum(leaf.{{ measure }}) as bigint) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ leaf }} as leaf
    inner join {{ ref('casemart', 'dim_periods') }} as periods
        on
            leaf.leaf_grain = case when periods.period_grain = 'week' then 'week' else 'month' end
            and leaf.leaf_start between periods.period_start and periods.period_end
    group by 1, 2, 3, 4{% for group in groups %}, leaf.{{ group }}{% endfor %}
{%- endmacro %}

{% macro stock(relation, measure, segments) -%}
    {#- Counts the rows of a fact that is already at period grain, per segment. -#}
    {%- for segment_by in ['all'] + casemart.with_own_segments(segments) %}
    select
        segment_rows.period_grain,
        segment_rows.period_start,
        cast('{{ segment_by }}' as {{ casemart.type_of('string') }}) as segment_by,
        {{ casemart.segment_value(segment_by) }} as segment,
        count(*) as {{ measure }}
    from {{ casemart.segment_rows(relation, segment_by, segments, 'stock_on') }}
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro counts_or_zero(relation, measures) -%}
    {%- for measure in measures %}
        coalesce({{ relation }}.{{ measure }}, 0) as {{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro join_cells(relation, cells) -%}
    {#- Joins counts to the cells (period and segment) of a mart. -#}
    left join {{ relation }}
        on
            {{ cells }}.period_grain = {{ relation }}.period_grain
            and {{ cells }}.period_start = {{ relation }}.period_start
            and {{ cells }}.segment_by = {{ relation }}.segment_by
            and {{ cells }}.segment = {{ relation }}.segment
{%- endmacro %}

{% macro cells_of(relation) -%}
    select
        period_grain,
        period_start,
        segment_by,
        segment
    from {{ relation }}
{%- endmacro %}

{% macro account_segments() %}
    {{ return(['account_segment', 'region', 'industry', 'size_band']) }}
{% endmacro %}

{% macro with_account_segments(relation) -%}
    {#- Adds the account's attributes to rows that have account_id and dated_at, the moment at which they are read. -#}
    select
        {{ relation }}.*,
        segment_account.account_segment,
        segment_account.region,
        segment_account.industry,
        segment_account.size_band
    from {{ relation }}
    left join {{ ref('casemart', 'dim_accounts') }} as segment_account
        on
            {{ relation }}.account_id = segment_account.account_id
            and {{ relation }}.dated_at >= segment_account.valid_from_at
            and {{ relation }}.dated_at < segment_account.valid_to_at
{%- endmacro %}

{% macro entities(relation) -%}
    {#-
        Rows of contracts or charges once for the account as a whole, once for the product and once for the contract type: who
        drops one product of two is lost there, and kept in total.
    -#}
    {%- for segment_by in ['all', 'product', 'contract_type'] %}
    select
        cast('{{ segment_by }}' as {{ casemart.type_of('string') }}) as segment_by,
        {{ "cast('all' as " ~ casemart.type_of('string') ~ ")" if segment_by == 'all' else 'coalesce(' ~ segment_by ~ ", '(none)')" }} as segment,
        {{ relation }}.*
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro by_account_segments(relation, columns, day) -%}
    {#- Rows of entities, and those of whole accounts once more for each attribute of the account; own ones are those of `day`. -#}
    select
        segment_by,
        segment,
        {{ columns | join(',\n        ') }}
    from {{ relation }}
    {%- for attribute in casemart.with_own_segments(casemart.account_segments()) %}

    union all

    select
        cast('{{ attribute }}' as {{ casemart.type_of('string') }}) as segment_by,
        {{ casemart.segment_value(attribute) }} as segment,
        segment_rows.{{ columns | join(',\n        segment_rows.') }}
    from {{ casemart.segment_rows(relation, attribute, casemart.account_segments(), day) }}
    where segment_rows.segment_by = 'all'
    {%- endfor %}
{%- endmacro %}

{% macro last_known(relation, key, columns) -%}
    {#- One row per key: of each column the latest value that is known, by occurred_at and event_id. -#}
    select
        {{ key }},
        {%- for column in columns %}
        max(case when attribute = '{{ column }}' then attribute_value end) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            *,
            row_number() over (partition by {{ key }}, attribute order by occurred_at desc, event_id desc) as value_number
        from (
            {%- for column in columns %}
            select
                {{ key }},
                occurred_at,
                event_id,
                '{{ column }}' as attribute,
                {{ column }} as attribute_value
            from {{ relation }}
            where {{ column }} is not null
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        ) as attributes
    ) as ranked_attributes
    where value_number = 1
    group by {{ key }}
{%- endmacro %}

{% macro by_segments(relation, segments, day=none) -%}
    {#- The rows of a fact once for the total and once more for each segment; a missing attribute is the segment (none). -#}
    {%- for segment_by in ['all'] + casemart.with_own_segments(segments) %}
    select
        cast('{{ segment_by }}' as {{ casemart.type_of('string') }}) as segment_by,
        {{ casemart.segment_value(segment_by) }} as segment,
        segment_rows.*
    from {{ casemart.segment_rows(relation, segment_by, segments, day) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro in_periods(relation, day, segments, has_weeks=true, attribute_day=none) -%}
    {#-
        The rows of a fact by segment, once for each published period that holds their `day`: what a mart counts. `has_weeks` is
        false for facts of whole months; own attributes are those of `attribute_day`, where that is another day.
    -#}
    select
        days.period_grain,
        days.period_start,
        days.period_end,
        by_segment.*
    from ({{ casemart.by_segments(relation, segments, attribute_day or day) }}) as by_segment
    inner join {{ ref('casemart', 'dim_period_days') }} as days on by_segment.{{ day }} = days.date_day
    {%- if not has_weeks %}
    where days.period_grain <> 'week'
    {%- endif %}
{%- endmacro %}

{% macro at_period_ends(relation, stock_day, segments, has_weeks=false) -%}
    {#- The rows of a stock by segment, at the last day of each published period (the as-of day while it runs). -#}
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        by_segment.*
    from ({{ casemart.by_segments(relation, segments, stock_day) }}) as by_segment
    inner join {{ ref('casemart', 'dim_periods') }} as periods on by_segment.{{ stock_day }} = periods.stock_on
    {%- if not has_weeks %}
    where periods.period_grain <> 'week'
    {%- endif %}
{%- endmacro %}

{% macro count_where(condition) -%}
    {#- How many rows of a group meet the condition. -#}
    cast(sum(case when {{ condition }} then 1 else 0 end) as bigint)
{%- endmacro %}
