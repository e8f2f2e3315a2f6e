{#- How many rows of a group meet a condition; a condition that is unknown is not met. -#}
{% macro count_if(condition) -%}
    sum(case when {{ condition }} then 1 else 0 end)
{%- endmacro %}
