with source as (

    select * from {{ source('ledger', 'submissions') }}

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
        cells_filled,
        accepted_at,
        content_hash
    from source
    where {{ was_known('accepted_at') }}

)

select * from renamed
