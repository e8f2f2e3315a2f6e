with final as (

    select
        judged.*,
        tasks.sort_no
    from {{ ref('int_tasks__judged') }} as judged
    inner join {{ ref('stg_plan__tasks') }} as tasks
        on
            judged.plan_key = tasks.plan_key
            and judged.task_code = tasks.task_code

)

select
    plan_key,
    task_code,
    as_of_period,
    sort_no,
    state,
    percent_done,
    planned_pct,
    due_on,
    days_overdue,
    status,
    report_period,
    unit_code,
    product_note,
    receipt_id
from final
order by plan_key, as_of_period, sort_no
