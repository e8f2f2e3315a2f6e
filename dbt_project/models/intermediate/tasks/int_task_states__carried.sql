with as_of_rows as (

    select
        months.plan_key,
        tasks.task_code,
        months.as_of_period,
        months.as_of_ends_on,
        months.reckoned_on
    from {{ ref('int_as_of_months__listed') }} as months
    inner join {{ ref('stg_plan__tasks') }} as tasks
        on months.plan_key = tasks.plan_key

),

spine as (

    select
        plan_key,
        task_code,
        as_of_ends_on as seen_from,
        as_of_period,
        reckoned_on,
        cast(null as date) as reported_for
    from as_of_rows

    union all

    select
        plan_key,
        task_code,
        reported_for as seen_from,
        null as as_of_period,
        null as reckoned_on,
        reported_for
    from {{ ref('int_task_states__by_month') }}

),

carried as (

    select
        plan_key,
        task_code,
        as_of_period,
        seen_from,
        reckoned_on,
        max(reported_for) over (
            partition by plan_key, task_code
            order by seen_from range between unbounded preceding and current row
        ) as reported_for
    from spine

),

final as (

    select
        carried.plan_key,
        carried.task_code,
        carried.as_of_period,
        carried.seen_from as as_of_ends_on,
        carried.reckoned_on,
        states.report_period,
        states.unit_code,
        coalesce(states.state, 'unknown') as state,
        case
            when states.state = 'done' then cast(100 as decimal(18, 4))
            when states.state = 'not_started' then coalesce(states.percent_done, 0)
            else states.percent_done
        end as percent_done,
        states.product_note,
        states.receipt_id
    from carried
    left join {{ ref('int_task_states__by_month') }} as states
        on
            carried.plan_key = states.plan_key
            and carried.task_code = states.task_code
            and carried.reported_for = states.reported_for
    where carried.as_of_period is not null

)

select * from final
