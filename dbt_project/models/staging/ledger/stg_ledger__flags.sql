with source as (

    select * from {{ source('ledger', 'flags') }}

),

renamed as (

    select
        flag_id,
        plan_key,
        indicator_code,
        unit_code,
        period,
        rule_code,
        severity,
        observed,
        expected,
        explanation_vi,
        opened_at,
        {{ if_known('closed_at') }} as closed_at,
        {{ if_known('waived_at') }} as waived_at,
        case when {{ was_known('waived_at') }} then waived_by end as waived_by,
        case when {{ was_known('waived_at') }} then waiver_reason end as waiver_reason
    from source
    where {{ was_known('opened_at') }}

)

select * from renamed
