with as_of_rows as (

    select
        months.plan_key,
        indicators.indicator_code,
        months.as_of_ends_on as seen_from,
        months.as_of_period
    from {{ ref('int_as_of_months__listed') }} as months
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on months.plan_key = indicators.plan_key

),

spine as (

    select
        plan_key,
        indicator_code,
        seen_from,
        as_of_period,
        cast(null as date) as value_on
    from as_of_rows

    union all

    select
        plan_key,
        indicator_code,
        value_on as seen_from,
        null as as_of_period,
        value_on
    from {{ ref('int_values__by_month') }}

),

carried as (

    -- One pass instead of a join of every month with every earlier one.
    select
        plan_key,
        indicator_code,
        as_of_period,
        seen_from,
        max(value_on) over (
            partition by plan_key, indicator_code
            order by seen_from range between unbounded preceding and current row
        ) as value_on
    from spine

),

final as (

    select
        carried.plan_key,
        carried.indicator_code,
        carried.as_of_period,
        carried.seen_from as as_of_ends_on,
        carried.value_on,
        reported.value_period,
        reported.unit_code,
        reported.numerator,
        reported.denominator,
        reported.value,
        reported.value_text,
        reported.number_nature,
        reported.receipt_id
    from carried
    left join {{ ref('int_values__by_month') }} as reported
        on
            carried.plan_key = reported.plan_key
            and carried.indicator_code = reported.indicator_code
            and carried.value_on = reported.value_on
    where carried.as_of_period is not null

)

select * from final
