with source as (

    select * from {{ source('plan', 'targets') }}

),

renamed as (

    select
        plan_key,
        indicator_code,
        target_no,
        target_year,
        due_on,
        comparator,
        target_value,
        target_value_upper,
        unit,
        qualifier,
        target_text,
        is_quantitative,
        source_file,
        source_section,
        source_number,
        notes
    from source

)

select * from renamed
