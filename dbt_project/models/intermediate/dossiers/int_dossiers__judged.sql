with ends as (

    select
        *,
        -- The end that is recorded, in the order of formula 2.1: done, returned, stopped or withdrawn.
        case
            when status_kind in ('done', 'withdrawn', 'stopped')
                then {{ vietnam_date('coalesce(resolved_at, returned_at, updated_at)') }}
        end as ended_on,
        -- A dossier that waits for the citizen (for papers, or for the fee) has its clock stopped.
        coalesce(status_kind = 'paused', false) as is_paused,
        -- Time spent waiting for papers does not count; a portal that moved the due day has already taken it off.
        case
            when due_at = first_due_at then {{ days_after('due_on', 'coalesce(paused_days, 0)') }}
            else due_on
        end as last_day_allowed
    from {{ ref('int_dossiers__assigned_to_periods') }}

),

final as (

    select
        basis,
        commune_code,
        period,
        dossier_code,
        known_from,
        last_day_allowed is not null as has_due_day,
        -- Days are compared, not instants; asking for papers more than once counts late (formula 2.1 of QĐ 766).
        case
            when last_day_allowed is null then null
            when coalesce(supplement_count, 0) > 1 then false
            when ended_on is not null then ended_on <= last_day_allowed
            when is_paused then true
            else least(period_ends_on, {{ as_of_day() }}) <= last_day_allowed
        end as is_on_time,
        coalesce(channel_kind = 'online', false) as is_online,
        coalesce(channel_kind = 'online' and is_full_online, false) as is_fully_online,
        coalesce(status_kind = 'done', false) as is_done,
        coalesce(has_component_files and has_electronic_result, false) as is_digitised,
        coalesce(has_electronic_result, false) as has_electronic_result,
        coalesce(is_reused, false) as is_reused,
        coalesce(is_fee_bearing, false) as is_fee_bearing,
        coalesce(is_fee_bearing and payment_kind = 'online', false) as is_paid_online,
        coalesce(is_boundary_free, false) as is_boundary_free,
        satisfaction_kind is not null as is_rated,
        coalesce(satisfaction_kind = 'satisfied', false) as is_satisfied,
        coalesce(satisfaction_kind = 'dissatisfied', false) as is_dissatisfied
    from ends

)

select * from final
