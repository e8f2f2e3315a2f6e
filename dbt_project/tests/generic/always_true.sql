{#- A condition holds in every row; unknown counts as broken. -#}
{% test always_true(model, condition) %}

select *
from {{ model }}
where not coalesce({{ condition }}, false)

{% endtest %}
