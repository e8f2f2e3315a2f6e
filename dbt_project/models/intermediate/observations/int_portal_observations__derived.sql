with measured_by_records as (

    select
        plans.plan_key,
        plans.commune_code,
        indicators.indicator_code,
        indicators.reporter_unit as unit_code,
        canonical_indicators.dossier_rate
    from {{ ref('stg_plan__plans') }} as plans
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on plans.plan_key = indicators.plan_key
    inner join {{ ref('stg_plan__canonical_indicators') }} as canonical_indicators
        on indicators.canonical_code = canonical_indicators.canonical_code
    where canonical_indicators.dossier_rate is not null

),

final as (

    select
        measured_by_records.plan_key,
        measured_by_records.commune_code,
        measured_by_records.indicator_code,
        measured_by_records.unit_code,
        rates.period,
        measured_by_records.dossier_rate,
        cast(rates.numerator as decimal(18, 4)) as numerator,
        cast(rates.denominator as decimal(18, 4)) as denominator,
        cast(rates.rate_value as decimal(18, 4)) as value,
        case when rates.is_nil_return then 'nil_return' else 'reported' end as value_status,
        rates.counts_to,
        rates.known_from
    from measured_by_records
    inner join {{ ref('int_dossier_rates__computed') }} as rates
        on
            measured_by_records.commune_code = rates.commune_code
            and measured_by_records.dossier_rate = rates.rate

)

select * from final
