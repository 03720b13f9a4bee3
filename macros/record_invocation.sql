{% macro record_invocation() %}
    {#- Writes down which invocation wrote this warehouse last, and what the ledger of loads was when it began: only a complete
        invocation that is the last one, with no load since, is ever published. Root project on DuckDB only. -#}
    {% if execute and project_name == 'casemart' and target.type == 'duckdb' %}
        {% set ledger = "select 1 from duckdb_tables() where database_name = current_database() and schema_name = 'landing' and table_name = 'loads'" %}
        create schema if not exists builds;
        create or replace table builds.last_invocation as
        select
            '{{ invocation_id }}' as invocation_id,
            {% if run_query(ledger).rows -%}
            (select md5(coalesce(string_agg(loads::varchar, '|' order by loads::varchar), '')) from landing.loads) as ledger
            {%- else -%}
            md5('') as ledger
            {%- endif %}
    {% endif %}
{% endmacro %}
