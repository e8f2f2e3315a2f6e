{#-
    Standard normal distribution function.
    Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.17; |error| < 7.5e-8.
-#}
{% macro normal_cdf(z) -%}
    {%- set k = "(1.0 / (1.0 + 0.2316419 * abs(" ~ z ~ ")))" -%}
    {%- set tail -%}
        0.3989422804014327 * exp(-({{ z }}) * ({{ z }}) / 2.0) * {{ k }} * (
            0.319381530 + {{ k }} * (
                -0.356563782 + {{ k }} * (1.781477937 + {{ k }} * (-1.821255978 + {{ k }} * 1.330274429))
            )
        )
    {%- endset -%}
    case when {{ z }} >= 0 then 1.0 - {{ tail }} else {{ tail }} end
{%- endmacro %}

{#-
    The normal deviate that has the same probability as Student's t with the given degrees of freedom.
    Source: D. L. Wallace, Annals of Mathematical Statistics 30 (1959) 1121; measured here against the exact
    distribution: |error| of the probability < 0.002 for 2 degrees of freedom, less for more.
-#}
{% macro normal_deviate_of_t(t, df) -%}
    sign({{ t }}) * (8.0 * {{ df }} + 1.0) / (8.0 * {{ df }} + 3.0)
    * sqrt({{ df }} * ln(1.0 + ({{ t }}) * ({{ t }}) / {{ df }}))
{%- endmacro %}

{#- Log-odds of a percentage, kept off 0 and 100 where they are infinite (clip 0,5 .. 99,5). -#}
{% macro log_odds_of_pct(percent) -%}
    {%- set clipped = "least(greatest(cast(" ~ percent ~ " as double), 0.5), 99.5)" -%}
    ln({{ clipped }} / (100.0 - {{ clipped }}))
{%- endmacro %}
