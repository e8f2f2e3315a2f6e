with calendar_span as (

    select
        min(day) as first_day,
        max(day) as last_day
    from {{ ref('int_calendar_days__numbered') }}

),

facts as (

    select
        carried.*,
        tasks.deadline_kind,
        tasks.due_on,
        coalesce(tasks.due_from, plans.valid_from) as planned_from,
        thresholds.task_tolerance,
        -- The calendar holds last year to next year; a due day before it counts from its first day.
        least(greatest(tasks.due_on, calendar_span.first_day), calendar_span.last_day) as counted_from
    from {{ ref('int_task_states__carried') }} as carried
    inner join {{ ref('stg_plan__tasks') }} as tasks
        on
            carried.plan_key = tasks.plan_key
            and carried.task_code = tasks.task_code
    inner join {{ ref('stg_plan__plans') }} as plans
        on carried.plan_key = plans.plan_key
    left join {{ ref('int_thresholds__in_force') }} as thresholds
        on carried.as_of_ends_on = thresholds.ends_on
    cross join calendar_span

),

planned as (

    select
        *,
        due_on < reckoned_on and state not in ('done', 'not_applicable', 'unknown') as is_past_due,
        case
            when reckoned_on >= due_on then 1.0
            when reckoned_on <= planned_from then 0.0
            else
                cast({{ days_between('planned_from', 'reckoned_on') }} as double)
                / {{ days_between('planned_from', 'due_on') }}
        end as planned_fraction
    from facts

),

judged as (

    select
        *,
        case
            when deadline_kind in ('continuous', 'yearly') then 'recurring'
            when state = 'done' then 'done'
            when deadline_kind = 'reported_done' and state = 'unknown' then 'done'
            -- Waiting for its condition, or declared not to apply.
            when state = 'not_applicable' then 'conditional'
            when deadline_kind = 'conditional' and state in ('unknown', 'not_started') then 'conditional'
            when state = 'unknown' then 'no_data'
            when is_past_due then 'overdue'
            when due_on is null and state = 'not_started' then 'no_data'
            when due_on is null or percent_done is null then 'on_track'
            when percent_done / 100.0 >= planned_fraction - task_tolerance then 'on_track'
            else 'at_risk'
        end as status
    from planned

),

final as (

    select
        judged.plan_key,
        judged.task_code,
        judged.as_of_period,
        judged.as_of_ends_on,
        judged.state,
        judged.percent_done,
        cast(round(100 * judged.planned_fraction, 4) as decimal(9, 4)) as planned_pct,
        judged.due_on,
        case
            when judged.status = 'overdue'
                then cast(reckoned_days.working_day_no - due_days.working_day_no as bigint)
        end as days_overdue,
        judged.status,
        judged.report_period,
        judged.unit_code,
        judged.product_note,
        judged.receipt_id
    from judged
    left join {{ ref('int_calendar_days__numbered') }} as due_days
        on judged.counted_from = due_days.day
    left join {{ ref('int_calendar_days__numbered') }} as reckoned_days
        on judged.reckoned_on = reckoned_days.day

)

select * from final
