{#- Of each key at most one row holds on a day: two would count the same thing twice. No columns: one key for all. -#}
{% test spans_do_not_overlap(model, columns) %}

with numbered as (

    select
        *,
        row_number() over (order by valid_from, valid_to) as row_no
    from {{ model }}

)

select
    earlier.valid_from,
    later.valid_from as overlapping_from
from numbered as earlier
inner join numbered as later
    on
        earlier.row_no < later.row_no
        and later.valid_from <= coalesce(earlier.valid_to, later.valid_from)
        {% for column in columns %}
            and earlier.{{ column }} is not distinct from later.{{ column }}
        {% endfor %}

{% endtest %}
