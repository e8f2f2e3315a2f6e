{#- Date arithmetic that DuckDB and Spark write differently. -#}

{#- The type of an instant (UTC in storage). -#}
{% macro instant_type() -%}
    {%- if target.type == 'spark' -%} timestamp {%- else -%} timestamp with time zone {%- endif -%}
{%- endmacro %}

{% macro instant_literal(iso_text) -%}
    cast('{{ iso_text }}' as {{ instant_type() }})
{%- endmacro %}

{% macro vietnam_date(instant) -%}
    {%- if target.type == 'spark' -%}
        to_date(from_utc_timestamp({{ instant }}, 'Asia/Ho_Chi_Minh'))
    {%- else -%}
        cast({{ instant }} at time zone 'Asia/Ho_Chi_Minh' as date)
    {%- endif -%}
{%- endmacro %}

{% macro days_between(first_day, last_day) -%}
    {%- if target.type == 'spark' -%}
        datediff({{ last_day }}, {{ first_day }})
    {%- else -%}
        date_diff('day', {{ first_day }}, {{ last_day }})
    {%- endif -%}
{%- endmacro %}

{% macro days_after(day, count) -%}
    {%- if target.type == 'spark' -%}
        date_add({{ day }}, cast({{ count }} as int))
    {%- else -%}
        cast({{ day }} + cast({{ count }} as integer) as date)
    {%- endif -%}
{%- endmacro %}

{% macro day_of(year, month, day) -%}
    {%- if target.type == 'spark' -%}
        make_date(cast({{ year }} as int), cast({{ month }} as int), cast({{ day }} as int))
    {%- else -%}
        make_date({{ year }}, {{ month }}, {{ day }})
    {%- endif -%}
{%- endmacro %}

{% macro month_of(day) -%}
    {%- if target.type == 'spark' -%}
        date_format({{ day }}, 'yyyy-MM')
    {%- else -%}
        strftime({{ day }}, '%Y-%m')
    {%- endif -%}
{%- endmacro %}

{% macro day_vi(day) -%}
    {%- if target.type == 'spark' -%}
        date_format({{ day }}, 'dd/MM/yyyy')
    {%- else -%}
        strftime({{ day }}, '%d/%m/%Y')
    {%- endif -%}
{%- endmacro %}

{#- The first instant after a day in Vietnam. -#}
{% macro end_of_vietnam_day(day) -%}
    {%- if target.type == 'spark' -%}
        to_utc_timestamp(date_add({{ day }}, 1), 'Asia/Ho_Chi_Minh')
    {%- else -%}
        (cast({{ day }} + 1 as timestamp) at time zone 'Asia/Ho_Chi_Minh')
    {%- endif -%}
{%- endmacro %}

{% macro instant_after_days(instant, count) -%}
    {%- if target.type == 'spark' -%}
        ({{ instant }} + make_dt_interval(cast({{ count }} as int)))
    {%- else -%}
        ({{ instant }} + to_days(cast({{ count }} as integer)))
    {%- endif -%}
{%- endmacro %}
