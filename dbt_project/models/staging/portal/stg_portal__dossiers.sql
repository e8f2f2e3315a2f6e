with source as (

    select * from {{ source('portal', 'dossiers') }}

),

renamed as (

    select
        portal,
        trim(commune_code) as commune_code,
        trim(dossier_code) as dossier_code,
        procedure_code,
        field_code,
        received_at,
        submitted_at,
        due_at,
        first_due_at,
        resolved_at,
        returned_at,
        trim(status_code) as status_code,
        trim(channel_code) as channel_code,
        applicant_kind,
        trim(payment_code) as payment_code,
        is_fee_bearing,
        is_full_online,
        has_component_files,
        has_electronic_result,
        is_reused,
        is_boundary_free,
        has_component_mark,
        has_result_mark,
        supplement_count,
        paused_days,
        trim(satisfaction_code) as satisfaction_code,
        updated_at,
        batch_sha256,
        known_from
    from source
    where {{ was_known('known_from') }}

)

select * from renamed
