with source as (

    select * from {{ source('ledger', 'receipts') }}

),

renamed as (

    select
        receipt_id,
        sha256,
        channel,
        sender_plan_key,
        sender_unit_code,
        received_at,
        outcome,
        duplicate_of,
        plan_key,
        unit_code,
        form_code,
        period,
        revision
    from source
    where {{ was_known('received_at') }}

)

select * from renamed
