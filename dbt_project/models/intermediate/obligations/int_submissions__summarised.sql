with numbered as (

    select
        *,
        row_number() over (
            partition by plan_key, unit_code, form_code, period
            order by revision desc, accepted_at desc
        ) as newest_no,
        min(accepted_at) over (partition by plan_key, unit_code, form_code, period) as received_at
    from {{ ref('stg_ledger__submissions') }}

),

final as (

    -- Timeliness speaks of the first accepted revision, content of the last one.
    select
        plan_key,
        unit_code,
        form_code,
        period,
        received_at,
        {{ vietnam_date('received_at') }} as received_on,
        revision as current_revision,
        receipt_id as current_receipt_id,
        cells_filled
    from numbered
    where newest_no = 1

)

select * from final
