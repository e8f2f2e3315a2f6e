with numbered as (

    select
        *,
        row_number() over (partition by plan_key, indicator_code order by value_on) as figure_no
    from {{ ref('int_values__by_month') }}
    where value is not null

),

final as (

    select
        plan_key,
        indicator_code,
        value_on as baseline_on,
        value_period as baseline_period,
        value as baseline_value
    from numbered
    where figure_no = 1

)

select * from final
