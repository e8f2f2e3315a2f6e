with cells as (

    select
        periods.plan_key,
        periods.period,
        periods.ends_on,
        periods.is_next_report,
        periods.as_of_period,
        indicators.indicator_code,
        own_month.value_status as own_status,
        own_month.period as own_period,
        own_month.receipt_id as own_receipt_id,
        progress.value,
        progress.numerator,
        progress.denominator,
        progress.value_text,
        progress.value_period,
        progress.number_nature,
        progress.receipt_id,
        progress.status,
        -- A unit that said of this very month 'không phát sinh' or 'không áp dụng' has answered: an older figure
        -- must not stand in its place.
        coalesce(own_month.value_status in ('nil_return', 'not_applicable'), false) as is_answered_without_figure
    from {{ ref('int_extract_periods__listed') }} as periods
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on periods.plan_key = indicators.plan_key
    left join {{ ref('int_progress__judged') }} as progress
        on
            periods.plan_key = progress.plan_key
            and indicators.indicator_code = progress.indicator_code
            and periods.as_of_period = progress.as_of_period
    left join {{ ref('int_cells__by_month') }} as own_month
        on
            periods.plan_key = own_month.plan_key
            and indicators.indicator_code = own_month.indicator_code
            and periods.as_of_ends_on = own_month.cell_on

),

final as (

    select
        plan_key,
        period,
        ends_on,
        is_next_report,
        indicator_code,
        case when not is_answered_without_figure then value end as value,
        case when not is_answered_without_figure then numerator end as numerator,
        case when not is_answered_without_figure then denominator end as denominator,
        case when not is_answered_without_figure then value_text end as value_text,
        case when not is_answered_without_figure then number_nature end as number_nature,
        case when is_answered_without_figure then own_period else value_period end as observed_period,
        case when is_answered_without_figure then own_receipt_id else receipt_id end as receipt_id,
        case
            when is_answered_without_figure then own_status
            when value_period is not null then 'reported'
            else coalesce(own_status, 'missing')
        end as value_status,
        as_of_period,
        status
    from cells

)

select * from final
