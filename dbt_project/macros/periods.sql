{#-
    Period codes (design 4.4): 2026-06 month, 2026-Q2, 2026-H1, 2026-H2, 2026-M9 nine months, 2026 year.
    Read from the code and not from the list of periods, which holds only last year and this one.
-#}
{% macro period_last_month(period) -%}
    case
        when length({{ period }}) = 4 then 12
        when substr({{ period }}, 6, 1) = 'Q' then 3 * cast(substr({{ period }}, 7, 1) as integer)
        when substr({{ period }}, 6, 1) = 'H' then 6 * cast(substr({{ period }}, 7, 1) as integer)
        when substr({{ period }}, 6, 1) = 'M' then 9
        else cast(substr({{ period }}, 6, 2) as integer)
    end
{%- endmacro %}

{% macro period_first_month(period) -%}
    case
        when length({{ period }}) = 4 then 1
        when substr({{ period }}, 6, 1) = 'Q' then 3 * cast(substr({{ period }}, 7, 1) as integer) - 2
        when substr({{ period }}, 6, 1) = 'H' then 6 * cast(substr({{ period }}, 7, 1) as integer) - 5
        when substr({{ period }}, 6, 1) = 'M' then 1
        else cast(substr({{ period }}, 6, 2) as integer)
    end
{%- endmacro %}

{% macro period_starts_on(period) -%}
    {{ day_of("cast(substr(" ~ period ~ ", 1, 4) as integer)", period_first_month(period), 1) }}
{%- endmacro %}

{% macro period_ends_on(period) -%}
    last_day({{ day_of("cast(substr(" ~ period ~ ", 1, 4) as integer)", period_last_month(period), 1) }})
{%- endmacro %}

{#- Months from the month of one day to the month of another. -#}
{% macro months_between_days(first_day, last_day) -%}
    (
        12 * (extract(year from {{ last_day }}) - extract(year from {{ first_day }}))
        + extract(month from {{ last_day }}) - extract(month from {{ first_day }})
    )
{%- endmacro %}

{#- A period as people say it: 'tháng 6/2026', 'quý 2/2026', '6 tháng đầu năm 2026', '9 tháng năm 2026', 'năm 2026'. -#}
{% macro period_vi(period) -%}
    case
        when length({{ period }}) = 4 then 'năm ' || {{ period }}
        when substr({{ period }}, 6, 1) = 'Q' then 'quý ' || substr({{ period }}, 7, 1) || '/' || substr({{ period }}, 1, 4)
        when substr({{ period }}, 6, 2) = 'H1' then '6 tháng đầu năm ' || substr({{ period }}, 1, 4)
        when substr({{ period }}, 6, 2) = 'H2' then '6 tháng cuối năm ' || substr({{ period }}, 1, 4)
        when substr({{ period }}, 6, 2) = 'M9' then '9 tháng năm ' || substr({{ period }}, 1, 4)
        else
            'tháng ' || cast(cast(substr({{ period }}, 6, 2) as integer) as {{ text_type() }})
            || '/' || substr({{ period }}, 1, 4)
    end
{%- endmacro %}
