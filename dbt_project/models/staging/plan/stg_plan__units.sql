with source as (

    select * from {{ source('plan', 'units') }}

),

renamed as (

    select
        plan_key,
        unit_code,
        unit_name,
        unit_kind,
        aliases,
        is_reporting,
        source_file,
        source_section,
        source_number,
        notes
    from source

)

select * from renamed
