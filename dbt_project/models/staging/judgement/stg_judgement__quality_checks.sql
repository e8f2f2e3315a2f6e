with source as (

    select * from {{ source('judgement', 'quality_checks') }}

),

renamed as (

    select
        suite_run_id,
        check_code,
        suite,
        period,
        outcome,
        failing_count,
        checked_count,
        severity,
        description_vi
    from source

)

select * from renamed
