{{ config(materialized='table') }}

with ends as (

    select
        dossiers.*,
        rules.due_comparison,
        rules.supplements_allowed,
        -- The end that is recorded, in the order of formula 2.1: done, returned, stopped or withdrawn.
        case
            when dossiers.status_kind in ('done', 'withdrawn', 'stopped')
                then coalesce(dossiers.resolved_at, dossiers.returned_at, dossiers.updated_at)
        end as ended_at,
        case
            when dossiers.status_kind in ('done', 'withdrawn', 'stopped')
                then coalesce(dossiers.returned_at, dossiers.resolved_at, dossiers.updated_at)
        end as handed_over_at,
        -- A dossier that waits for the citizen (for papers, or for the fee) has its clock stopped.
        coalesce(dossiers.status_kind = 'paused', false) as is_paused,
        -- Time spent waiting for papers does not count; a portal that moved the due day has already taken it off.
        case
            when rules.waiting_moves_due_day and dossiers.due_at = dossiers.first_due_at
                then coalesce(dossiers.paused_days, 0)
            else 0
        end as added_days
    from {{ ref('int_dossiers__assigned_to_periods') }} as dossiers
    left join {{ ref('dossier_counting_rules') }} as rules
        on
            dossiers.received_on >= rules.valid_from
            and dossiers.received_on <= coalesce(rules.valid_to, dossiers.received_on)

),

days as (

    select
        *,
        {{ vietnam_date('ended_at') }} as ended_on,
        {{ vietnam_date('handed_over_at') }} as handed_over_on,
        {{ vietnam_date('first_due_at') }} as first_due_on,
        case when due_comparison is not null then {{ days_after('due_on', 'added_days') }} end as last_day_allowed,
        {{ instant_after_days('due_at', 'added_days') }} as last_instant_allowed,
        coalesce(supplement_count, 0) > supplements_allowed as is_asked_too_often
    from ends

),

timed as (

    -- In time by itself, before the rule on supplements. Unfinished: held against the last day of the period.
    select
        *,
        {{ is_in_time('ended_on', 'last_day_allowed', 'counts_to') }} as is_by_day,
        {{ is_in_time('ended_on', 'last_day_allowed', 'calendar_month_ends_on') }} as is_by_day_in_calendar_month,
        {{ is_in_time('ended_on', 'first_due_on', 'counts_to') }} as is_by_first_due_day,
        {{ is_in_time('handed_over_on', 'last_day_allowed', 'counts_to') }} as is_by_return_day
    from days

),

final as (

    select
        commune_code,
        dossier_code,
        batch_sha256,
        known_from,
        procedure_code,
        field_code,
        status_kind,
        channel_kind,
        satisfaction_kind,
        received_on,
        period,
        counts_from,
        calendar_month,
        is_latest,
        is_received,
        last_day_allowed,
        ended_on,
        -- Nothing is closed before it was received: a portal that says so has a slip (judged apart, rule DOS-02).
        case when ended_on is not null then greatest(ended_on, received_on) end as closed_on,
        coalesce(supplement_count, 0) as supplement_count,
        last_day_allowed is not null as has_due_day,
        -- Days or instants are compared, and asking for papers more often than allowed counts late: rules of the seed.
        case
            when last_day_allowed is null then null
            when is_asked_too_often then false
            when due_comparison = 'instant' then is_by_day and coalesce(ended_at <= last_instant_allowed, true)
            else is_by_day
        end as is_on_time,
        is_by_day_in_calendar_month and not is_asked_too_often as is_on_time_in_calendar_month,
        is_by_day and not is_asked_too_often
        and coalesce(ended_at <= last_instant_allowed, true) as is_on_time_by_instant,
        is_by_day as is_on_time_despite_supplements,
        is_by_first_due_day and not is_asked_too_often as is_on_time_by_first_due_day,
        is_by_return_day and not is_asked_too_often as is_on_time_by_return_day,
        coalesce(channel_kind = 'online', false) as is_online,
        coalesce(channel_kind = 'post', false) as is_postal,
        coalesce(is_full_online, false) as is_fully_online_service,
        coalesce(channel_kind = 'online' and is_full_online, false) as is_fully_online,
        coalesce(status_kind = 'done', false) as is_done,
        coalesce(has_component_files and has_electronic_result, false) as is_digitised,
        coalesce(has_component_files, false) as has_component_files,
        coalesce(has_electronic_result, false) as has_electronic_result,
        coalesce(has_component_mark, has_component_files, false) as has_component_mark,
        coalesce(has_result_mark, has_electronic_result, false) as has_result_mark,
        coalesce(is_reused, false) as is_reused,
        coalesce(is_fee_bearing, false) as is_fee_bearing,
        coalesce(is_fee_bearing and payment_kind = 'online', false) as is_paid_online,
        coalesce(is_boundary_free, false) as is_boundary_free,
        satisfaction_kind is not null as is_rated,
        coalesce(satisfaction_kind = 'satisfied', false) as is_satisfied,
        coalesce(satisfaction_kind = 'dissatisfied', false) as is_dissatisfied,
        is_received and due_at is null as is_without_due_date,
        coalesce(resolved_at < received_at, false) as is_resolved_before_received,
        status_kind is null as has_unknown_status
    from timed

)

select * from final
