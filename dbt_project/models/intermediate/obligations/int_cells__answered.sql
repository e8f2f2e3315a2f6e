with answers as (

    select
        receipt_id,
        plan_key,
        unit_code,
        period,
        indicator_code as item_code,
        value_status
    from {{ ref('int_observations__accepted') }}

    union all

    select
        receipt_id,
        plan_key,
        unit_code,
        period,
        task_code as item_code,
        value_status
    from {{ ref('int_task_reports__accepted') }}

),

filled as (

    select
        answers.*,
        receipts.received_at
    from answers
    inner join {{ ref('stg_ledger__receipts') }} as receipts
        on answers.receipt_id = receipts.receipt_id
    where answers.value_status <> 'missing'

),

final as (

    -- An answer counts from the first revision that gave one, and only while the last revision still gives one.
    select
        filled.plan_key,
        filled.unit_code,
        submissions.form_code,
        filled.period,
        filled.item_code,
        min(filled.received_at) as first_answered_at
    from filled
    inner join {{ ref('int_submissions__summarised') }} as submissions
        on
            filled.plan_key = submissions.plan_key
            and filled.unit_code = submissions.unit_code
            and filled.period = submissions.period
    group by filled.plan_key, filled.unit_code, submissions.form_code, filled.period, filled.item_code
    having {{ count_if('filled.receipt_id = submissions.current_receipt_id') }} > 0

)

select * from final
