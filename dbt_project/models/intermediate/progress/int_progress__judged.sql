{{ config(materialized='table') }}

with measured as (

    select
        measured.*,
        lag(measured.value) over (
            partition by measured.plan_key, measured.indicator_code
            order by measured.as_of_ends_on
        ) as previous_value,
        {{ months_between_days('measured.as_of_ends_on', 'measured.due_on') }} as months_left,
        thresholds.pace_on_track,
        thresholds.pace_at_risk
    from {{ ref('int_progress__measured') }} as measured
    left join {{ ref('int_thresholds__in_force') }} as thresholds
        on measured.as_of_ends_on = thresholds.ends_on

),

final as (

    select
        measured.*,
        case
            when not measured.is_quantitative then 'not_measurable'
            when measured.value is null then 'no_data'
            when measured.is_achieved then 'achieved'
            when measured.elapsed_days <= 0 or measured.due_on is null then 'no_data'
            when measured.was_achieved_at_baseline or measured.pace_ratio < 0 then 'deteriorating'
            -- The day has passed and the target was not met: no pace can mend that.
            when measured.due_on < measured.as_of_ends_on then 'off_track'
            when measured.pace_ratio >= measured.pace_on_track then 'on_track'
            when measured.pace_ratio >= measured.pace_at_risk then 'at_risk'
            else 'off_track'
        end as status,
        case
            when measured.value is null or measured.previous_value is null then 'none'
            when measured.value > measured.previous_value then 'up'
            when measured.value < measured.previous_value then 'down'
            else 'flat'
        end as trend,
        case
            when measured.gap is null or measured.months_left is null or measured.months_left < 0 then null
            when measured.is_achieved then cast(0 as decimal(18, 4))
            else cast(round(measured.gap / greatest(measured.months_left, 1), 4) as decimal(18, 4))
        end as needed_per_period,
        fitted.probability_hit
    from measured
    left join {{ ref('int_trends__fitted') }} as fitted
        on
            measured.plan_key = fitted.plan_key
            and measured.indicator_code = fitted.indicator_code
            and measured.as_of_period = fitted.as_of_period

)

select * from final
