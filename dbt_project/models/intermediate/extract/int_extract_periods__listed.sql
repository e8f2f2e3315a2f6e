with asked as (

    select
        plan_key,
        period,
        ends_on,
        is_next_report
    from {{ ref('stg_plan__reporting_periods') }}
    where
        is_next_report
        or (
            starts_on <= {{ as_of_day() }}
            and extract(year from ends_on) = extract(year from {{ as_of_day() }})
        )

),

final as (

    -- What a period shows is what was known of its last month that has begun.
    select
        asked.plan_key,
        asked.period,
        asked.ends_on,
        asked.is_next_report,
        max(months.as_of_period) as as_of_period,
        max(months.as_of_ends_on) as as_of_ends_on
    from asked
    left join {{ ref('int_as_of_months__listed') }} as months
        on
            asked.plan_key = months.plan_key
            and asked.ends_on >= months.as_of_ends_on
    group by asked.plan_key, asked.period, asked.ends_on, asked.is_next_report

)

select * from final
