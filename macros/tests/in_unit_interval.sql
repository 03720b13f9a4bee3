{% test in_unit_interval(model, columns) %}
{#- Rates lie in 0..1 or are null. -#}
select {{ columns | join(', ') }}
from {{ model }}
where {% for column in columns %}{{ 'or ' if not loop.first }}not ({{ column }} between 0 and 1) {% endfor %}
{% endtest %}
