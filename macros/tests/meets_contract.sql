{% test meets_contract(model, table) %}
{#- The rows that landing would have refused: one result per broken rule of the contract, with the number of rows. -#}
{%- set node = casemart.contract_table(table) -%}
select
    problem,
    count(*) as row_count
from (
    {%- for column in node.columns.values() %}
        {%- set meta = casemart.column_meta(column) %}
        {%- if meta.get('required') %}
    select '{{ column.name }}: required' as problem from {{ model }} where {{ column.name }} is null
    union all
        {%- endif %}
        {%- if meta.get('codes') %}
    select '{{ column.name }}: not one of {{ meta.codes | join(", ") }}' as problem
    from {{ model }}
    where {{ column.name }} not in ('{{ meta.codes | join("', '") }}')
    union all
        {%- endif %}
    {%- endfor %}
    {%- for rule in node.config.meta.get('rules', []) %}
    select '{{ rule.message }}' as problem from {{ model }} where {{ rule.when }}
    union all
    {%- endfor %}
    select 'more than one row with the same {{ node.config.meta.get("key", []) | join(", ") }}' as problem
    from (
        select 1 as is_repeated
        from {{ model }}
        group by {{ node.config.meta.get('key', ['1']) | join(', ') }}
        having count(*) > 1
    ) as repeated_keys
) as problems
group by problem
{% endtest %}
