{#- Whether a value meets a target; a bare figure ('=') counts as reached when passed, if there is a direction. -#}
{% macro meets_target(value, target) -%}
    case {{ target }}.comparator
        when '>=' then {{ value }} >= {{ target }}.target_value
        when '>' then {{ value }} > {{ target }}.target_value
        when '<=' then {{ value }} <= {{ target }}.target_value
        when '<' then {{ value }} < {{ target }}.target_value
        when 'between' then {{ value }} between {{ target }}.target_value and {{ target }}.target_value_upper
        when '=' then
            case {{ target }}.sense
                when 1 then {{ value }} >= {{ target }}.target_value
                when -1 then {{ value }} <= {{ target }}.target_value
                else {{ value }} = {{ target }}.target_value
            end
    end
{%- endmacro %}

{#- What is still to go, positive until the target is met: by the sense of the target, or to the nearer bound. -#}
{% macro gap_to_target() -%}
    case
        when not is_quantitative or value is null then null
        when comparator = 'between' then greatest(target_value - value, value - target_value_upper, 0)
        when sense = 1 then target_value - value
        when sense = -1 then value - target_value
        else abs(target_value - value)
    end
{%- endmacro %}

{#-
    Pace so far over the pace needed from the baseline to the milestone (methods d.1, R_lin); time in days, so that a
    part of a year counts as a part. Kept within +/-9999.9999: far outside, the figure says no more than its sign.
-#}
{% macro linear_pace(value, baseline, target, elapsed_days, span_days) -%}
    {{ kept_in_range(
        "cast((" ~ value ~ " - " ~ baseline ~ ") as double) * " ~ span_days
        ~ " / nullif(cast((" ~ target ~ " - " ~ baseline ~ ") as double) * " ~ elapsed_days ~ ", 0)"
    ) }}
{%- endmacro %}

{#-
    The same for levels that compound (money): ratio of compound annual growth rates, CAGRo / |CAGRr| with the sign of
    the way to go; a level of 0 counts as 0,001 (Open SDG progress measure, Statistics Canada).
-#}
{% macro compound_pace(value, baseline, target, elapsed_days, span_days) -%}
    {%- set base = "greatest(cast(" ~ baseline ~ " as double), 0.001)" -%}
    {%- set observed -%}
        (power(greatest(cast({{ value }} as double), 0.001) / {{ base }}, 365.25 / {{ elapsed_days }}) - 1.0)
    {%- endset -%}
    {%- set required -%}
        (power(greatest(cast({{ target }} as double), 0.001) / {{ base }}, 365.25 / {{ span_days }}) - 1.0)
    {%- endset -%}
    {{ kept_in_range(observed ~ " / nullif(" ~ required ~ ", 0)") }}
{%- endmacro %}

{#- By comparison, because greatest() and least() pass over a null and would make a figure of it. -#}
{% macro kept_in_range(ratio) -%}
    cast(
        case
            when {{ ratio }} > 9999.9999 then 9999.9999
            when {{ ratio }} < -9999.9999 then -9999.9999
            else round({{ ratio }}, 4)
        end as decimal(9, 4)
    )
{%- endmacro %}

{#- How far a figure lies from a claim, in percent of the claim; nothing where the claim is 0 or no figure is there. -#}
{% macro distance_pct(figure, claim) -%}
    100.0 * abs(cast({{ figure }} - {{ claim }} as double)) / nullif(cast({{ claim }} as double), 0)
{%- endmacro %}
