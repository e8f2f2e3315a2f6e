with ends as (

    select
        *,
        -- Done (9), returned (10), withdrawn (7), stopped (8): the first end that is recorded, in this order.
        case
            when status_code in ('7', '8', '9', '10')
                then {{ vietnam_date('coalesce(resolved_at, returned_at, updated_at)') }}
        end as ended_on,
        -- A dossier that waits for the citizen (5: papers, 6: fee) has its clock stopped.
        status_code in ('5', '6') as is_paused,
        -- Time spent waiting for papers does not count; a portal that moved the due day has already taken it off.
        case
            when due_at = first_due_at then {{ days_after('due_on', 'coalesce(paused_days, 0)') }}
            else due_on
        end as last_day_allowed
    from {{ ref('int_dossiers__assigned_to_periods') }}

),

final as (

    select
        ends.basis,
        ends.commune_code,
        ends.period,
        ends.dossier_code,
        ends.known_from,
        ends.last_day_allowed is not null as has_due_day,
        -- Days are compared, not instants; asking for papers more than once counts late (formula 2.1 of QĐ 766).
        case
            when ends.last_day_allowed is null then null
            when coalesce(ends.supplement_count, 0) > 1 then false
            when ends.ended_on is not null then ends.ended_on <= ends.last_day_allowed
            when ends.is_paused then true
            else least(ends.period_ends_on, {{ as_of_day() }}) <= ends.last_day_allowed
        end as is_on_time,
        coalesce(ends.channel_code = '2', false) as is_online,
        coalesce(ends.channel_code = '2' and ends.is_full_online, false) as is_fully_online,
        ends.status_code in ('9', '10') as is_done,
        coalesce(ends.has_component_files and ends.has_electronic_result, false) as is_digitised,
        coalesce(ends.has_electronic_result, false) as has_electronic_result,
        coalesce(ends.is_reused, false) as is_reused,
        coalesce(ends.is_fee_bearing, false) as is_fee_bearing,
        coalesce(ends.is_fee_bearing and ends.payment_code in ('1', '2'), false) as is_paid_online,
        coalesce(ends.is_boundary_free, false) as is_boundary_free,
        satisfaction.counts_as is not null as is_rated,
        coalesce(satisfaction.counts_as = 'satisfied', false) as is_satisfied,
        coalesce(satisfaction.counts_as = 'dissatisfied', false) as is_dissatisfied
    from ends
    left join {{ ref('dossier_codes') }} as satisfaction
        on
            satisfaction.code_list = 'satisfaction'
            and ends.satisfaction_code = satisfaction.code

)

select * from final
