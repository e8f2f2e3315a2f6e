{{ config(materialized='table') }}

with numbered as (

    select
        *,
        {{ vietnam_date('received_at') }} as received_on,
        {{ vietnam_date('due_at') }} as due_on,
        row_number() over (
            partition by commune_code, dossier_code
            order by updated_at desc nulls last, known_from desc, batch_sha256 desc
        ) as newest_no
    from {{ ref('stg_portal__dossiers') }}

),

final as (

    select
        *,
        newest_no = 1 as is_latest
    from numbered

)

select * from final
