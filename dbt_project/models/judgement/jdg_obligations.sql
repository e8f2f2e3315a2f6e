with obligations as (

    select * from {{ ref('fct_reporting_obligations') }}

),

final as (

    select
        plan_key,
        cast(null as {{ text_type() }}) as indicator_code,
        unit_code,
        period,
        case status when 'missing' then 1 when 'not_due' then null else 0 end as missing_count,
        status as missing_count_observed,
        {{ day_vi('due_on') }} as missing_count_expected
    from obligations

)

select * from final
