{{ config(materialized='table') }}

with versioned as (

    select
        *,
        lead(known_from) over (
            partition by plan_key, indicator_code, unit_code, period
            order by revision, known_from
        ) as known_to
    from {{ ref('int_observations__accepted') }}

),

final as (

    select
        *,
        known_to is null as is_current
    from versioned

)

select * from final
