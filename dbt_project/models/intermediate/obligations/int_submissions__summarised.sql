with received as (

    -- What a crash kept from being decided in time was handed in in time all the same.
    select
        submissions.*,
        receipts.received_at as handed_in_at
    from {{ ref('stg_ledger__submissions') }} as submissions
    inner join {{ ref('stg_ledger__receipts') }} as receipts
        on submissions.receipt_id = receipts.receipt_id

),

numbered as (

    select
        *,
        row_number() over (
            partition by plan_key, unit_code, form_code, period
            order by revision desc, accepted_at desc
        ) as newest_no,
        min(handed_in_at) over (partition by plan_key, unit_code, form_code, period) as received_at
    from received

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
