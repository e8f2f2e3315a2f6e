{#-
    What is counted of received dossiers, by code: the condition on a row of int_dossiers__judged. Formulas of rates and
    of the usual slips name their numerator and denominator by these codes (seeds dossier_rate_rules, claim_alternatives).
-#}
{% macro dossier_counts() -%}
    {{ return({
        "received": "true",
        "online": "is_online",
        "online_or_postal": "is_online or is_postal",
        "online_done": "is_online and is_done",
        "fully_online": "is_fully_online",
        "fully_online_service": "is_fully_online_service",
        "dated": "has_due_day",
        "dated_done": "has_due_day and is_done",
        "on_time": "is_on_time",
        "on_time_done": "is_on_time and is_done",
        "on_time_in_calendar_month": "is_on_time_in_calendar_month",
        "on_time_by_instant": "is_on_time_by_instant",
        "on_time_despite_supplements": "is_on_time_despite_supplements",
        "on_time_by_first_due_day": "is_on_time_by_first_due_day",
        "on_time_by_return_day": "is_on_time_by_return_day",
        "late": "not is_on_time",
        "late_in_calendar_month": "not is_on_time_in_calendar_month",
        "late_done": "not is_on_time and is_done",
        "done": "is_done",
        "digitised": "is_digitised",
        "digitised_done": "is_digitised and is_done",
        "digitised_mark": "has_component_mark and has_result_mark",
        "component": "has_component_files",
        "component_mark": "has_component_mark",
        "result": "has_electronic_result",
        "result_done": "has_electronic_result and is_done",
        "result_mark_done": "has_result_mark and is_done",
        "reused": "is_reused",
        "fee_bearing": "is_fee_bearing",
        "paid_online": "is_paid_online",
        "boundary_free": "is_boundary_free",
        "rated": "is_rated",
        "satisfied": "is_satisfied",
        "not_dissatisfied": "not is_dissatisfied",
        "content": "not is_dissatisfied and coalesce(is_on_time, true)",
    }) }}
{%- endmacro %}

{#- One sum per count, over rows of int_dossiers__judged. -#}
{% macro counted_dossiers() -%}
    {%- set sums = [] -%}
    {%- for count, condition in dossier_counts().items() -%}
        {%- do sums.append(count_if(condition) ~ " as " ~ count ~ "_count") -%}
    {%- endfor -%}
    {{ sums | join(",\n    ") }}
{%- endmacro %}

{#-
    One sum per count, over rows of int_dossier_counts__summed; 0 where there is none. A calendar month holds unfinished
    dossiers against its own last day, so being in time has a count of its own there.
-#}
{% macro added_counts(basis, cells) -%}
    {%- set sums = [] -%}
    {%- for count in dossier_counts() -%}
        {%- set own = cells ~ "." ~ count ~ "_count" -%}
        {%- if count in ("on_time", "late") -%}
            {%- set of_month = cells ~ "." ~ count ~ "_in_calendar_month_count" -%}
            {%- set own = "case when " ~ basis ~ " = 'calendar_month' then " ~ of_month ~ " else " ~ own ~ " end" -%}
        {%- endif -%}
        {%- do sums.append("cast(coalesce(sum(" ~ own ~ "), 0) as bigint) as " ~ count ~ "_count") -%}
    {%- endfor -%}
    {{ sums | join(",\n        ") }}
{%- endmacro %}

{#- The count that a code names, of a row of int_dossier_counts__by_basis; nothing for a code that names none. -#}
{% macro count_named(code, counts) -%}
    {%- set branches = [] -%}
    {%- for count in dossier_counts() -%}
        {%- do branches.append("when '" ~ count ~ "' then " ~ counts ~ "." ~ count ~ "_count") -%}
    {%- endfor -%}
    case {{ code }} {{ branches | join(" ") }} when 'fee_procedure' then {{ counts }}.fee_procedure_count end
{%- endmacro %}

{#-
    A rate in percent, four decimals. Nothing divided by nothing is 'không phát sinh' (no rate) or 0, as the rule in force
    says: the formula of QĐ 766 is read both ways.
-#}
{% macro rate_of(numerator, denominator, zero_denominator) -%}
    case
        when {{ denominator }} = 0 and {{ zero_denominator }} = 'zero' then cast(0 as decimal(9, 4))
        else cast(round(100.0 * {{ numerator }} / nullif({{ denominator }}, 0), 4) as decimal(9, 4))
    end
{%- endmacro %}
