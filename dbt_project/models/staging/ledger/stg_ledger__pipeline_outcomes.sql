with source as (

    select * from {{ source('ledger', 'pipeline_outcomes') }}

),

renamed as (

    select
        run_id,
        dag_id,
        step,
        started_at,
        ended_at,
        outcome,
        rows_in,
        rows_out,
        message
    from source
    where {{ was_known('started_at') }}

)

select * from renamed
