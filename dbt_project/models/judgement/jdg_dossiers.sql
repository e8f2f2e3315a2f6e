with dossiers as (

    select
        plans.plan_key,
        {{ month_of('dossiers.received_on') }} as period,
        dossiers.due_at,
        dossiers.received_at,
        dossiers.resolved_at,
        dossiers.status_code,
        coalesce(dossiers.status_code, '') in ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10') as is_known_status
    from {{ ref('int_dossiers__versioned') }} as dossiers
    inner join {{ ref('dim_plans') }} as plans
        on dossiers.commune_code = plans.commune_code
    where
        dossiers.is_latest
        and dossiers.received_on is not null

),

counted as (

    select
        plan_key,
        period,
        {{ count_if("due_at is null and coalesce(status_code, '') not in ('1', '3')") }} as without_due_date_count,
        {{ count_if('resolved_at < received_at') }} as resolved_before_received_count,
        {{ count_if('not is_known_status') }} as unknown_status_count
    from dossiers
    group by plan_key, period

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
