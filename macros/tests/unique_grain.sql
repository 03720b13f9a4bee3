{% test unique_grain(model, columns) %}
{#- The grain of a model: no two rows agree in all of `columns`. -#}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
