with claims as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        value as claimed,
        receipt_id
    from {{ ref('int_observations__versioned') }}
    where is_current and value_status = 'reported' and value is not null

),

records as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        dossier_rate,
        numerator,
        denominator,
        value as recomputed
    from {{ ref('int_portal_observations__derived') }}
    where value_status = 'reported'

),

alternatives as (

    -- The same rate, as a unit would get it by one of the usual slips.
    select
        commune_code,
        period,
        rate,
        max(case when basis = 'calendar_month' then rate_value end) as by_cut_off_date,
        max(case when basis = 'every_version' then rate_value end) as by_duplicates,
        max(
            case
                when basis = 'reporting_period' and rate <> 'received'
                    then cast(round(100.0 * numerator / nullif(received_count, 0), 4) as decimal(18, 4))
            end
        ) as by_denominator
    from {{ ref('int_dossier_rates__computed') }}
    group by commune_code, period, rate

),

final as (

    select
        records.plan_key,
        records.indicator_code,
        records.unit_code,
        records.period,
        records.dossier_rate,
        claims.claimed,
        claims.receipt_id,
        records.numerator as recomputed_numerator,
        records.denominator as recomputed_denominator,
        records.recomputed,
        alternatives.by_cut_off_date,
        alternatives.by_denominator,
        alternatives.by_duplicates
    from records
    inner join claims
        on
            records.plan_key = claims.plan_key
            and records.indicator_code = claims.indicator_code
            and records.unit_code = claims.unit_code
            and records.period = claims.period
    inner join {{ ref('stg_plan__plans') }} as plans
        on records.plan_key = plans.plan_key
    inner join alternatives
        on
            plans.commune_code = alternatives.commune_code
            and records.period = alternatives.period
            and records.dossier_rate = alternatives.rate

)

select * from final
