with final as (

    select
        targets.plan_key,
        targets.indicator_code,
        targets.target_no,
        targets.target_year,
        -- A target that names no day is due on the last day of its year, or of its plan.
        coalesce(
            targets.due_on,
            {{ day_of('targets.target_year', 12, 31) }},
            plans.valid_to
        ) as due_on,
        targets.comparator,
        targets.target_value,
        targets.target_value_upper,
        targets.target_text,
        targets.is_quantitative,
        -- 1: more is better, -1: less is better, null: neither (a bare figure without direction, or a range).
        case
            when targets.comparator in ('>=', '>') then 1
            when targets.comparator in ('<=', '<') then -1
            when targets.comparator = '=' and indicators.direction = 'up' then 1
            when targets.comparator = '=' and indicators.direction = 'down' then -1
        end as sense
    from {{ ref('stg_plan__targets') }} as targets
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            targets.plan_key = indicators.plan_key
            and targets.indicator_code = indicators.indicator_code
    inner join {{ ref('stg_plan__plans') }} as plans
        on targets.plan_key = plans.plan_key

)

select * from final
