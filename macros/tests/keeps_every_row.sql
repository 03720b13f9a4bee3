{% test keeps_every_row(model, table) %}
{#- Staging neither drops nor doubles a raw row. -#}
select
    raw_count.row_count as raw_rows,
    staged_count.row_count as staged_rows
from (select count(*) as row_count from {{ casemart.raw(table) }} as raw_rows) as raw_count
cross join (select count(*) as row_count from {{ model }}) as staged_count
where raw_count.row_count <> staged_count.row_count
{% endtest %}
