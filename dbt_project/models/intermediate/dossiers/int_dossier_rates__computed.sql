with rated as (

    select
        counts.basis,
        counts.commune_code,
        counts.period,
        rules.rate,
        counts.received_count,
        counts.known_from,
        case rules.rate
            when 'received' then counts.received_count
            when 'received_online' then counts.online_count
            when 'full_online' then counts.fully_online_count
            when 'on_time' then counts.on_time_count
            when 'overdue' then counts.late_count
            when 'dossiers_digitised' then counts.digitised_count
            when 'results_digitised' then counts.electronic_result_count
            when 'data_reused' then counts.reused_count
            when 'online_payment' then counts.paid_online_count
            when 'satisfaction' then counts.satisfied_count
            when 'satisfaction_766' then counts.content_count
            when 'without_boundary' then counts.boundary_free_count
        end as numerator,
        case
            when rules.rate = 'received' then null
            when rules.rate in ('on_time', 'overdue') then counts.dated_count
            when rules.rate = 'results_digitised' then counts.done_count
            -- Dossiers over dossiers; procedures in the denominator would mix two things (known bug of formula 3.6).
            when rules.rate = 'online_payment' then counts.fee_bearing_count
            when rules.rate = 'satisfaction' then counts.rated_count
            else counts.received_count
        end as denominator
    from {{ ref('int_dossier_counts__summed') }} as counts
    inner join {{ ref('dossier_rate_rules') }} as rules
        on
            {{ period_ends_on('counts.period') }} >= rules.valid_from
            and {{ period_ends_on('counts.period') }} <= coalesce(rules.valid_to, {{ period_ends_on('counts.period') }})

),

final as (

    select
        basis,
        commune_code,
        period,
        rate,
        cast(numerator as bigint) as numerator,
        cast(denominator as bigint) as denominator,
        cast(round(100.0 * numerator / nullif(denominator, 0), 4) as decimal(9, 4)) as rate_pct,
        -- What an indicator measured by this rate would show: the percentage, or the count where nothing divides.
        case
            when rate = 'received' then cast(numerator as decimal(18, 4))
            else cast(round(100.0 * numerator / nullif(denominator, 0), 4) as decimal(18, 4))
        end as rate_value,
        received_count,
        known_from
    from rated

)

select * from final
