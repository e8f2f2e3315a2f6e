{{ config(materialized='table') }}

with facts as (

    select
        carried.plan_key,
        carried.indicator_code,
        carried.as_of_period,
        carried.as_of_ends_on,
        indicators.value_kind,
        indicators.direction,
        carried.value,
        carried.value_text,
        carried.value_period,
        carried.value_on,
        carried.numerator,
        carried.denominator,
        carried.number_nature,
        carried.unit_code,
        carried.receipt_id,
        baselines.baseline_value,
        baselines.baseline_period,
        baselines.baseline_on,
        milestones.target_no,
        milestones.target_year,
        milestones.due_on,
        milestones.comparator,
        milestones.target_value,
        milestones.target_value_upper,
        milestones.target_text,
        coalesce(milestones.is_quantitative, false) as is_quantitative,
        milestones.sense,
        -- Of a range, the bound that the baseline has to reach.
        case
            when milestones.comparator = 'between' and baselines.baseline_value > milestones.target_value_upper
                then milestones.target_value_upper
            else milestones.target_value
        end as nearest_target_value,
        {{ days_between('baselines.baseline_on', 'carried.value_on') }} as elapsed_days,
        {{ days_between('baselines.baseline_on', 'milestones.due_on') }} as span_days,
        {{ meets_target('carried.value', 'milestones') }} as is_achieved,
        {{ meets_target('baselines.baseline_value', 'milestones') }} as was_achieved_at_baseline
    from {{ ref('int_values__carried') }} as carried
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            carried.plan_key = indicators.plan_key
            and carried.indicator_code = indicators.indicator_code
    left join {{ ref('int_baselines__found') }} as baselines
        on
            carried.plan_key = baselines.plan_key
            and carried.indicator_code = baselines.indicator_code
            and carried.value_on >= baselines.baseline_on
    left join {{ ref('int_milestones__chosen') }} as milestones
        on
            carried.plan_key = milestones.plan_key
            and carried.indicator_code = milestones.indicator_code
            and carried.as_of_ends_on = milestones.seen_from

),

final as (

    select
        *,
        cast({{ gap_to_target() }} as decimal(18, 4)) as gap,
        case
            when was_achieved_at_baseline or elapsed_days <= 0 or span_days <= 0 then null
            when value_kind = 'money' and least(value, baseline_value, nearest_target_value) >= 0
                then {{ compound_pace('value', 'baseline_value', 'nearest_target_value', 'elapsed_days', 'span_days') }}
            else {{ linear_pace('value', 'baseline_value', 'nearest_target_value', 'elapsed_days', 'span_days') }}
        end as pace_ratio
    from facts

)

select * from final
