with claims as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        numerator,
        denominator,
        value,
        note,
        receipt_id
    from {{ ref('int_observations__versioned') }}
    where is_current and value_status = 'reported' and value is not null

),

records as (

    select * from {{ ref('int_portal_observations__derived') }}
    where value_status = 'reported'

),

final as (

    select
        records.plan_key,
        records.commune_code,
        records.indicator_code,
        records.unit_code,
        records.period,
        records.dossier_rate,
        claims.value as claimed,
        claims.numerator as claimed_numerator,
        claims.denominator as claimed_denominator,
        claims.note as claim_note,
        claims.receipt_id,
        records.numerator as recomputed_numerator,
        records.denominator as recomputed_denominator,
        records.value as recomputed
    from records
    inner join claims
        on
            records.plan_key = claims.plan_key
            and records.indicator_code = claims.indicator_code
            and records.unit_code = claims.unit_code
            and records.period = claims.period

)

select * from final
