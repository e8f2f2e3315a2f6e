{{ config(tags=['after_judgement']) }}

with flags as (

    select
        plan_key,
        indicator_code,
        period,
        rule_code,
        severity = 'block' and state = 'open' as is_blocking
    from {{ ref('fct_quality_flags') }}
    where state <> 'fixed' and indicator_code is not null

),

flags_of_rows as (

    -- A flag speaks of the month that the figure speaks of; one without a period speaks of the indicator at all times.
    select
        valued.plan_key,
        valued.period,
        valued.indicator_code,
        {{ listed('flags.rule_code') }} as flag_codes,
        {{ listed('case when flags.is_blocking then flags.rule_code end') }} as blocking_codes
    from {{ ref('int_extract_rows__valued') }} as valued
    inner join flags
        on
            valued.plan_key = flags.plan_key
            and valued.indicator_code = flags.indicator_code
            and coalesce(valued.observed_period, valued.as_of_period, valued.period)
            = coalesce(flags.period, valued.observed_period, valued.as_of_period, valued.period)
    group by valued.plan_key, valued.period, valued.indicator_code

),

claims as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        value as claimed_value
    from {{ ref('int_observations__versioned') }}
    where is_current and value_status = 'reported'

),

rows_with_flags as (

    -- Flags speak of what units report: they do not withhold a figure that is taken from the records instead.
    select
        valued.*,
        indicators.figure_of_record,
        flags_of_rows.flag_codes,
        case when indicators.figure_of_record = 'claim' then flags_of_rows.blocking_codes end as withheld_reason,
        indicators.figure_of_record = 'claim' and flags_of_rows.blocking_codes is not null as is_withheld,
        case
            when indicators.figure_of_record = 'claim' and flags_of_rows.blocking_codes is not null then 'withheld'
            when valued.value_status = 'reported' and valued.number_nature = 'estimate' then 'estimate'
            else valued.value_status
        end as observation_state
    from {{ ref('int_extract_rows__valued') }} as valued
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            valued.plan_key = indicators.plan_key
            and valued.indicator_code = indicators.indicator_code
    left join flags_of_rows
        on
            valued.plan_key = flags_of_rows.plan_key
            and valued.period = flags_of_rows.period
            and valued.indicator_code = flags_of_rows.indicator_code

),

final as (

    select
        plans.commune_code,
        plans.province_code,
        rows_with_flags.plan_key,
        rows_with_flags.period,
        indicators.sort_no as row_no,
        indicators.stt,
        indicators.section,
        rows_with_flags.indicator_code,
        indicators.canonical_code,
        coalesce(indicators.measure_vi, indicators.name_vi) as indicator_name,
        indicators.unit_of_measure,
        milestones.target_year,
        milestones.target_text,
        milestones.target_value,
        milestones.comparator,
        case when not rows_with_flags.is_withheld then rows_with_flags.value end as value,
        case when not rows_with_flags.is_withheld then rows_with_flags.numerator end as numerator,
        case when not rows_with_flags.is_withheld then rows_with_flags.denominator end as denominator,
        case when not rows_with_flags.is_withheld then rows_with_flags.value_text end as value_text,
        case rows_with_flags.figure_of_record when 'records' then 'portal_record' else 'unit_form' end as figure_source,
        claims.claimed_value,
        rows_with_flags.observed_period,
        rows_with_flags.value_status,
        observation_statuses.obs_status,
        coalesce(
            rows_with_flags.status,
            case when milestones.is_quantitative then 'no_data' else 'not_measurable' end
        ) as status,
        rows_with_flags.is_withheld,
        rows_with_flags.withheld_reason,
        rows_with_flags.flag_codes,
        indicators.reporter_unit as unit_code,
        rows_with_flags.receipt_id,
        rows_with_flags.number_nature,
        rows_with_flags.is_next_report,
        cast({{ var('is_sample') }} as boolean) as is_synthetic,
        rows_with_flags.ends_on
    from rows_with_flags
    inner join {{ ref('stg_plan__plans') }} as plans
        on rows_with_flags.plan_key = plans.plan_key
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            rows_with_flags.plan_key = indicators.plan_key
            and rows_with_flags.indicator_code = indicators.indicator_code
    left join claims
        on
            rows_with_flags.figure_of_record = 'records'
            and rows_with_flags.plan_key = claims.plan_key
            and rows_with_flags.indicator_code = claims.indicator_code
            and indicators.reporter_unit = claims.unit_code
            and coalesce(rows_with_flags.observed_period, rows_with_flags.as_of_period) = claims.period
    left join {{ ref('int_milestones__chosen') }} as milestones
        on
            rows_with_flags.plan_key = milestones.plan_key
            and rows_with_flags.indicator_code = milestones.indicator_code
            and rows_with_flags.ends_on = milestones.seen_from
    left join {{ ref('observation_statuses') }} as observation_statuses
        on rows_with_flags.observation_state = observation_statuses.observation_state

)

select
    commune_code,
    province_code,
    plan_key,
    period,
    row_no,
    stt,
    section,
    indicator_code,
    canonical_code,
    indicator_name,
    unit_of_measure,
    target_year,
    target_text,
    target_value,
    comparator,
    value,
    numerator,
    denominator,
    value_text,
    figure_source,
    claimed_value,
    observed_period,
    value_status,
    obs_status,
    status,
    is_withheld,
    withheld_reason,
    flag_codes,
    unit_code,
    receipt_id,
    number_nature,
    is_next_report,
    is_synthetic
from final
order by plan_key, ends_on, period, row_no
