with calendar_span as (

    select
        min(day) as first_day,
        max(day) as last_day
    from {{ ref('int_calendar_days__numbered') }}

),

obligations as (

    select
        issues.plan_key,
        issues.unit_code,
        issues.form_code,
        issues.period,
        issues.due_on,
        issues.due_at,
        submissions.received_at,
        submissions.received_on,
        submissions.current_revision,
        submissions.current_receipt_id,
        issues.cells_expected,
        coalesce(submissions.cells_filled, 0) as cells_filled,
        case
            when submissions.received_at <= issues.due_at then 'on_time'
            when submissions.received_at is not null then 'late'
            when issues.due_at < {{ end_of_vietnam_day(as_of_day()) }} then 'missing'
            else 'not_due'
        end as status
    from {{ ref('int_form_issues__current') }} as issues
    left join {{ ref('int_submissions__summarised') }} as submissions
        on
            issues.plan_key = submissions.plan_key
            and issues.unit_code = submissions.unit_code
            and issues.form_code = submissions.form_code
            and issues.period = submissions.period

),

answered as (

    select
        issues.plan_key,
        issues.unit_code,
        issues.form_code,
        issues.period,
        {{ count_if('cells.first_answered_at <= issues.due_at') }} as cells_on_time,
        {{ count_if('cells.first_answered_at > issues.due_at') }} as cells_late
    from {{ ref('int_form_issues__current') }} as issues
    inner join {{ ref('int_cells__answered') }} as cells
        on
            issues.plan_key = cells.plan_key
            and issues.unit_code = cells.unit_code
            and issues.form_code = cells.form_code
            and issues.period = cells.period
    group by issues.plan_key, issues.unit_code, issues.form_code, issues.period

),

counted as (

    select
        obligations.*,
        least(greatest(obligations.due_on, calendar_span.first_day), calendar_span.last_day) as counted_from,
        case
            when obligations.status = 'late' then least(obligations.received_on, calendar_span.last_day)
            when obligations.status = 'missing' then {{ as_of_day() }}
        end as counted_to
    from obligations
    cross join calendar_span

),

final as (

    select
        counted.*,
        coalesce(cast(end_days.working_day_no - due_days.working_day_no as bigint), 0) as days_late,
        coalesce(cast(answered.cells_on_time as bigint), 0) as cells_on_time,
        coalesce(cast(answered.cells_late as bigint), 0) as cells_late,
        case
            when counted.due_at < {{ end_of_vietnam_day(as_of_day()) }}
                then greatest(counted.cells_expected - counted.cells_filled, 0)
            else 0
        end as cells_missing
    from counted
    left join {{ ref('int_calendar_days__numbered') }} as due_days
        on counted.counted_from = due_days.day
    left join {{ ref('int_calendar_days__numbered') }} as end_days
        on counted.counted_to = end_days.day
    left join answered
        on
            counted.plan_key = answered.plan_key
            and counted.unit_code = answered.unit_code
            and counted.form_code = answered.form_code
            and counted.period = answered.period

)

select
    plan_key,
    unit_code,
    form_code,
    period,
    due_on,
    due_at,
    received_at,
    status,
    days_late,
    cells_expected,
    cells_filled,
    cells_on_time,
    cells_late,
    cells_missing,
    current_revision,
    current_receipt_id
from final
order by plan_key, period, unit_code, form_code
