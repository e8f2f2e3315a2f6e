with counted as (

    select
        plans.plan_key,
        dossiers.calendar_month as period,
        {{ count_if('dossiers.is_without_due_date') }} as without_due_date_count,
        {{ count_if('dossiers.is_resolved_before_received') }} as resolved_before_received_count,
        {{ count_if('dossiers.has_unknown_status') }} as unknown_status_count
    from {{ ref('int_dossiers__judged') }} as dossiers
    inner join {{ ref('dim_plans') }} as plans
        on dossiers.commune_code = plans.commune_code
    where
        dossiers.is_latest
        and dossiers.received_on is not null
    group by plans.plan_key, dossiers.calendar_month

),

final as (

    select
        plan_key,
        cast(null as {{ text_type() }}) as indicator_code,
        cast(null as {{ text_type() }}) as unit_code,
        period,
        without_due_date_count,
        cast(without_due_date_count as {{ text_type() }}) as without_due_date_count_observed,
        '0' as without_due_date_count_expected,
        resolved_before_received_count,
        cast(resolved_before_received_count as {{ text_type() }}) as resolved_before_received_count_observed,
        '0' as resolved_before_received_count_expected,
        unknown_status_count,
        cast(unknown_status_count as {{ text_type() }}) as unknown_status_count_observed,
        '0' as unknown_status_count_expected
    from counted

)

select * from final
