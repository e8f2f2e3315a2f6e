{#- The day the build speaks of; there is no clock in a model (design 2.13). -#}
{% macro as_of_day() -%}
    cast('{{ var("as_of") }}' as date)
{%- endmacro %}

{#- Whether a row was known at the asked instant; always, when none is asked (design 2.6). -#}
{% macro was_known(instant_column) -%}
    {%- if var("as_known_at", "") -%}
        {{ instant_column }} <= {{ instant_literal(var("as_known_at")) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- An instant that was not yet known at the asked instant had not happened: nothing. -#}
{% macro if_known(instant_column) -%}
    case when {{ was_known(instant_column) }} then {{ instant_column }} end
{%- endmacro %}
