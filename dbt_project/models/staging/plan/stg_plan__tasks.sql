with source as (

    select * from {{ source('plan', 'tasks') }}

),

renamed as (

    select
        plan_key,
        task_code,
        sort_no,
        task_origin,
        stt,
        task_group,
        name_vi,
        lead_units,
        lead_text,
        coordinating_units,
        coordinating_text,
        product,
        deadline_text,
        deadline_kind,
        due_from,
        due_on,
        indicators,
        reporter_unit,
        is_reported,
        source_file,
        source_section,
        source_number,
        notes
    from source

)

select * from renamed
