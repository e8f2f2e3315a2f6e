{#- Schemas are called what dbt_project.yml calls them (staging, intermediate, marts, reference), without a prefix. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
