with source as (

    select * from {{ source('plan', 'calendar_days') }}

),

renamed as (

    select
        day,
        is_working_day
    from source

)

select * from renamed
