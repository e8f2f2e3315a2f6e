with aims as (

    select
        measured.plan_key,
        measured.indicator_code,
        measured.as_of_period,
        measured.sense,
        summed.n,
        cast(summed.sum_x as double) / summed.n as mean_x,
        cast(summed.sum_y as double) / summed.n as mean_y,
        cast(summed.n * summed.sum_xx - summed.sum_x * summed.sum_x as double) / summed.n as s_xx,
        cast(summed.sum_xy as double) - cast(summed.sum_x as double) * cast(summed.sum_y as double) / summed.n as s_xy,
        cast(summed.sum_yy as double) - cast(summed.sum_y as double) * cast(summed.sum_y as double) / summed.n as s_yy,
        cast(measured.span_days as double) as aim_x,
        case
            when summed.is_on_log_odds then 10000 * {{ log_odds_of_pct('measured.target_value') }}
            else cast(measured.target_value - measured.baseline_value as double)
        end as aim_y
    from {{ ref('int_progress__measured') }} as measured
    inner join {{ ref('int_trends__summed') }} as summed
        on
            measured.plan_key = summed.plan_key
            and measured.indicator_code = summed.indicator_code
            and measured.value_on = summed.value_on
    -- Fewer than four periods say nothing of a spread; a milestone already behind the data is not forecast.
    where
        summed.n >= 4
        and measured.is_quantitative
        and measured.sense is not null
        and measured.due_on > measured.value_on

),

fitted as (

    select
        *,
        s_xy / s_xx as slope,
        mean_y + s_xy / s_xx * (aim_x - mean_x) as expected_y,
        sqrt(
            greatest(s_yy - s_xy * s_xy / s_xx, 0) / (n - 2)
            * (1.0 + 1.0 / n + (aim_x - mean_x) * (aim_x - mean_x) / s_xx)
        ) as prediction_error
    from aims

),

deviates as (

    -- A perfect line has no error of prediction; the floor turns it into certainty instead of a division by zero.
    select
        *,
        sense * (expected_y - aim_y) / greatest(prediction_error, 0.0001) as t
    from fitted

),

normal as (

    select
        *,
        {{ normal_deviate_of_t('t', '(n - 2)') }} as z
    from deviates

),

final as (

    select
        plan_key,
        indicator_code,
        as_of_period,
        n as period_count,
        cast(round({{ normal_cdf('z') }}, 4) as decimal(6, 4)) as probability_hit
    from normal

)

select * from final
