{#- Date arithmetic that DuckDB and Spark write differently. -#}

{#- The type of an instant (UTC in storage). -#}
{% macro instant_type() -%}
    {%- if target.type == 'spark' -%} timestamp {%- else -%} timestamp with time zone {%- endif -%}
{%- endmacro %}

{% macro instant_literal(iso_text) -%}
    cast('{{ iso_text }}' as {{ instant_type() }})
{%- endmacro %}

{#-
    Vietnam has been at UTC+7 all year since 13/6/1975. DuckDB asks its time zone library for every row (1 s for a
    million of them, on each of some ten columns); adding seven hours takes a tenth of that.
-#}
{% macro vietnam_date(instant) -%}
    {%- if target.type == 'spark' -%}
        to_date(from_utc_timestamp({{ instant }}, 'Asia/Ho_Chi_Minh'))
    {%- else -%}
        cast(make_timestamp(epoch_us({{ instant }}) + {{ 7 * 3600 * 1000000 }}) as date)
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
        make_timestamptz(epoch_us({{ instant }}) + {{ 24 * 3600 * 1000000 }} * cast({{ count }} as bigint))
    {%- endif -%}
{%- endmacro %}
