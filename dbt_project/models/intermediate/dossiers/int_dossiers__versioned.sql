with dossiers as (

    select * from {{ ref('stg_portal__dossiers') }}

),

revised as (

    -- Most dossiers are known in one version: only the others have to be put in order.
    select
        commune_code,
        dossier_code
    from dossiers
    group by commune_code, dossier_code
    having count(*) > 1

),

numbered as (

    select
        dossiers.commune_code,
        dossiers.dossier_code,
        dossiers.updated_at,
        dossiers.known_from,
        dossiers.batch_sha256,
        row_number() over (
            partition by dossiers.commune_code, dossiers.dossier_code
            order by dossiers.updated_at desc nulls last, dossiers.known_from desc, dossiers.batch_sha256 desc
        ) as newest_no
    from dossiers
    inner join revised
        on
            dossiers.commune_code = revised.commune_code
            and dossiers.dossier_code = revised.dossier_code

),

newest as (

    select * from numbered
    where newest_no = 1

),

final as (

    select
        dossiers.*,
        {{ vietnam_date('dossiers.received_at') }} as received_on,
        {{ vietnam_date('dossiers.due_at') }} as due_on,
        newest.dossier_code is null
        or (
            dossiers.batch_sha256 = newest.batch_sha256
            and dossiers.known_from = newest.known_from
            and dossiers.updated_at is not distinct from newest.updated_at
        ) as is_latest
    from dossiers
    left join newest
        on
            dossiers.commune_code = newest.commune_code
            and dossiers.dossier_code = newest.dossier_code

)

select * from final
