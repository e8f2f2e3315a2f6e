with source as (

    select * from {{ source('plan', 'reporting_periods') }}

),

renamed as (

    select
        plan_key,
        period,
        frequency,
        starts_on,
        ends_on,
        counts_from,
        counts_to,
        is_next_report
    from source

)

select * from renamed
