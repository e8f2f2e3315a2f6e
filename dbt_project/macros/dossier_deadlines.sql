{#-
    Whether a dossier ended by the last day allowed. An unfinished one whose clock stands still is in time; any other is
    held against the last day that is looked at, never a day after the build's own. Unknown without a day allowed.
-#}
{% macro is_in_time(ended_on, last_day_allowed, looked_at_on) -%}
    case
        when {{ last_day_allowed }} is null then null
        when {{ ended_on }} is not null then {{ ended_on }} <= {{ last_day_allowed }}
        when is_paused then true
        else least({{ looked_at_on }}, {{ as_of_day() }}) <= {{ last_day_allowed }}
    end
{%- endmacro %}
