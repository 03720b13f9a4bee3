{# Everything that knows where raw tables are and what they look like. The contract itself is models/raw/_raw.yml. #}

{% macro raw(table) -%}
    {#- The relation to read `table` from: what the user mapped, else the landing schema, else (as a package) no rows. -#}
    {%- set mapped = var('casemart_raw', {}).get(table) -%}
    {%- if mapped -%}
        {{ casemart.mapped_relation(mapped) }}
    {%- elif project_name == 'casemart' -%}
        {{ source('raw', table) }}
    {%- else -%}
        (
            select
            {%- for column in casemart.contract_columns(table) %}
                cast(null as {{ casemart.type_of(column.data_type) }}) as {{ column.name }}{{ ',' if not loop.last }}
            {%- endfor %}
            where 1 = 0
        )
    {%- endif -%}
{%- endmacro %}

{% macro mapped_relation(mapped) -%}
    {%- set kind, _, name = mapped.partition(':') -%}
    {%- set parts = (name or mapped).split('.') -%}
    {%- if kind == 'ref' -%}{{ return(ref(*parts)) }}
    {%- elif kind == 'source' -%}{{ return(source(*parts)) }}
    {%- else -%}
        {{ return(api.Relation.create(database=parts[-3] if parts | length > 2 else none, schema=parts[-2] if parts | length > 1 else none, identifier=parts[-1])) }}
    {%- endif -%}
{%- endmacro %}

{% macro contract_table(table) %}
    {% for node in graph.get('sources', {}).values() %}
        {% if node.package_name == 'casemart' and node.source_name == 'raw' and node.name == table %}
            {{ return(node) }}
        {% endif %}
    {% endfor %}
    {{ return({'columns': {}, 'config': {'meta': {}}}) }}
{% endmacro %}

{% macro contract_columns(table) %}
    {#- The columns of the contract, and those of one's own that `casemart_extra_segments` keeps. -#}
    {% set columns = casemart.contract_table(table).columns.values() | list %}
    {% for name in casemart.own_segments(table) if columns %}
        {% do columns.append({'name': name, 'data_type': 'string'}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{% macro column_meta(column) %}
    {{ return(column.get('config', {}).get('meta', {}) or column.get('meta', {})) }}
{% endmacro %}

{% macro staged(table) -%}
    {#- One row per raw row: the contract's columns, typed; texts trimmed, empty ones null, codes in lower case. -#}
    {%- set present = none -%}
    {%- if execute and var('casemart_raw', {}).get(table) -%}
        {%- set present = adapter.get_columns_in_relation(casemart.mapped_relation(var('casemart_raw')[table])) | map(attribute='name') | map('lower') | list -%}
    {%- endif -%}
    select
    {%- for column in casemart.contract_columns(table) %}
        {%- set type = casemart.type_of(column.data_type) %}
        {%- set meta = casemart.column_meta(column) %}
        {%- if present is not none and column.name not in present %}
        cast(null as {{ type }}) as {{ column.name }}
        {%- elif meta.get('codes') or meta.get('is_code') %}
        nullif(lower({{ casemart.trimmed('cast(' ~ column.name ~ ' as ' ~ type ~ ')') }}), '') as {{ column.name }}
        {%- elif column.data_type == 'string' %}
        nullif({{ casemart.trimmed('cast(' ~ column.name ~ ' as ' ~ type ~ ')') }}, '') as {{ column.name }}
        {%- else %}
        cast({{ column.name }} as {{ type }}) as {{ column.name }}
        {%- endif %}{{ ',' if not loop.last }}
    {%- else %}
        1 as placeholder
    {%- endfor %}
    from {{ casemart.raw(table) }} as raw_rows
{%- endmacro %}

{% macro create_raw_tables() -%}
    {#-
        A warehouse without a raw table gets it empty, and new columns of the contract. Only where casemart is the root
        project. Statements that look before they act: a catalog query here would open a transaction that dbt rolls back.
    -#}
    {%- if execute and project_name == 'casemart' and not var('casemart_raw', {}) -%}
        create schema if not exists raw;
        {%- for node in graph.sources.values() if node.package_name == 'casemart' and node.source_name == 'raw' %}
        create table if not exists {{ node.schema }}.{{ node.identifier }} (
            {%- for column in casemart.contract_columns(node.name) %}
            {{ column.name }} {{ casemart.type_of(column.data_type) }}{{ ',' if not loop.last }}
            {%- endfor %}
        );
            {%- for column in casemart.contract_columns(node.name) %}
        alter table {{ node.schema }}.{{ node.identifier }} add column if not exists {{ column.name }} {{ casemart.type_of(column.data_type) }};
            {%- endfor %}
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}
