{#- Text functions that DuckDB and Spark write differently. -#}

{#- A figure as Vietnamese offices write it: 1.234,5 (dot for thousands, comma for decimals, no idle zeros). -#}
{% macro figure_vi(figure) -%}
    {%- if target.type == 'spark' -%}
        (
            case when {{ figure }} < 0 then '-' else '' end
            || replace(format_number(floor(abs({{ figure }})), 0), ',', '.')
            || replace(regexp_extract(cast({{ figure }} as string), '\\.[0-9]*[1-9]', 0), '.', ',')
        )
    {%- else -%}
        (
            case when {{ figure }} < 0 then '-' else '' end
            || replace(format('{:,}', cast(trunc(abs({{ figure }})) as bigint)), ',', '.')
            || replace(regexp_extract(cast({{ figure }} as varchar), '\.[0-9]*[1-9]'), '.', ',')
        )
    {%- endif -%}
{%- endmacro %}

{#- The distinct texts of a group, in order, joined by '; '. -#}
{% macro listed(text) -%}
    {%- if target.type == 'spark' -%}
        nullif(array_join(sort_array(collect_set({{ text }})), '; '), '')
    {%- else -%}
        string_agg(distinct {{ text }}, '; ' order by {{ text }})
    {%- endif -%}
{%- endmacro %}

{#- A figure with its unit of measure; nothing where there is no figure. -#}
{% macro measured_vi(figure, unit) -%}
    {{ figure_vi(figure) }} || coalesce(' ' || {{ unit }}, '')
{%- endmacro %}

{#- The type of text without a limit. -#}
{% macro text_type() -%}
    {%- if target.type == 'spark' -%} string {%- else -%} varchar {%- endif -%}
{%- endmacro %}

{#- A short digest of texts, 16 hexadecimal digits; whoever lacks one of the texts cannot find the others by trying. -#}
{% macro digest() -%}
    {%- set joined = varargs | join(" || '|' || ") -%}
    {%- if target.type == 'spark' -%}
        substr(sha2({{ joined }}, 256), 1, 16)
    {%- else -%}
        substr(sha256({{ joined }}), 1, 16)
    {%- endif -%}
{%- endmacro %}
