with newest_revisions as (

    select
        *,
        {{ period_starts_on('period') }} as period_starts_on,
        {{ period_ends_on('period') }} as reported_for,
        row_number() over (
            partition by plan_key, task_code, unit_code, period
            order by revision desc, known_from desc
        ) as newest_no
    from {{ ref('int_task_reports__accepted') }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by plan_key, task_code, reported_for
            order by period_starts_on desc, unit_code asc
        ) as choice_no
    from newest_revisions
    where newest_no = 1 and value_status = 'reported' and state is not null

),

final as (

    select
        plan_key,
        task_code,
        reported_for,
        period as report_period,
        unit_code,
        state,
        percent_done,
        product_note,
        receipt_id
    from numbered
    where choice_no = 1

)

select * from final
