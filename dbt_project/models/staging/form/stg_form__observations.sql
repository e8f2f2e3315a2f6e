with source as (

    select * from {{ source('form', 'observations') }}

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
        indicator_code,
        numerator,
        denominator,
        value,
        value_text,
        value_status,
        number_nature,
        note,
        sheet,
        cell,
        known_from
    from source
    where {{ was_known('known_from') }}

)

select * from renamed
