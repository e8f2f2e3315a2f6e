with source as (

    select * from {{ source('ledger', 'form_issues') }}

),

renamed as (

    select
        form_id,
        plan_key,
        unit_code,
        form_code,
        period,
        template_version,
        cells_expected,
        due_at,
        issued_at
    from source
    where {{ was_known('issued_at') }}

)

select * from renamed
