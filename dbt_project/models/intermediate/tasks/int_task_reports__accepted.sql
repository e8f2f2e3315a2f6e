{{ config(materialized='table') }}

with in_ledger as (

    select task_reports.*
    from {{ ref('stg_form__task_reports') }} as task_reports
    inner join {{ ref('stg_ledger__submissions') }} as submissions
        on task_reports.submission_id = submissions.submission_id

),

numbered as (

    -- As with observations: a run after a crash may have written a row a second time.
    select
        *,
        row_number() over (
            partition by submission_id, task_code
            order by known_from, sheet, cell
        ) as copy_no
    from in_ledger

),

final as (

    select
        submission_id,
        receipt_id,
        plan_key,
        unit_code,
        period,
        revision,
        task_code,
        state,
        percent_done,
        product_note,
        value_status,
        known_from
    from numbered
    where copy_no = 1

)

select * from final
