with source as (

    select * from {{ source('form', 'task_reports') }}

),

renamed as (

    select
        submission_id,
        receipt_id,
        plan_key,
        unit_code,
        form_code,
        period,
        revision,
        task_code,
        state,
        percent_done,
        product_note,
        value_status,
        sheet,
        cell,
        known_from
    from source
    where {{ was_known('known_from') }}

)

select * from renamed
