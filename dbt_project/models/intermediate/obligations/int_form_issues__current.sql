with numbered as (

    select
        *,
        row_number() over (
            partition by plan_key, unit_code, form_code, period
            order by issued_at desc, template_version desc
        ) as newest_no
    from {{ ref('stg_ledger__form_issues') }}

),

final as (

    select
        form_id,
        plan_key,
        unit_code,
        form_code,
        period,
        template_version,
        cells_expected,
        due_at,
        issued_at,
        {{ vietnam_date('due_at') }} as due_on
    from numbered
    where newest_no = 1

)

select * from final
