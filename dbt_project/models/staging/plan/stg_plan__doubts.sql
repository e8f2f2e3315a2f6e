with source as (

    select * from {{ source('plan', 'doubts') }}

),

renamed as (

    select
        plan_key,
        doubt_code,
        about,
        printed,
        doubt_vi,
        source_file,
        source_section,
        source_number,
        notes
    from source

)

select * from renamed
