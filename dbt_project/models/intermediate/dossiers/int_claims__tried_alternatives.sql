with formulas as (

    -- A slip in what is counted keeps the formula of the rate; another formula keeps what is counted.
    select
        rules.rate,
        rules.valid_from as rule_valid_from,
        rules.valid_to as rule_valid_to,
        rules.zero_denominator,
        alternatives.alternative_code,
        alternatives.name_vi as alternative_vi,
        alternatives.cause,
        alternatives.sort_no,
        alternatives.basis,
        alternatives.valid_from,
        alternatives.valid_to,
        coalesce(alternatives.numerator_count, rules.numerator_count) as numerator_count,
        case
            when alternatives.numerator_count is null then rules.denominator_count
            else alternatives.denominator_count
        end as denominator_count
    from {{ ref('dossier_rate_rules') }} as rules
    inner join {{ ref('claim_alternatives') }} as alternatives
        on rules.rate = coalesce(alternatives.rate, rules.rate)

),

tried as (

    select
        claims.plan_key,
        claims.indicator_code,
        claims.unit_code,
        claims.period,
        claims.claimed,
        claims.claimed_numerator,
        claims.claimed_denominator,
        formulas.alternative_code,
        formulas.alternative_vi,
        formulas.cause,
        formulas.sort_no,
        formulas.denominator_count,
        formulas.zero_denominator,
        {{ count_named('formulas.numerator_count', 'counts') }} as numerator,
        {{ count_named('formulas.denominator_count', 'counts') }} as denominator
    from {{ ref('int_claims__matched_with_records') }} as claims
    inner join {{ ref('int_dossier_counts__by_basis') }} as counts
        on
            claims.commune_code = counts.commune_code
            and claims.period = counts.period
    inner join formulas
        on
            claims.dossier_rate = formulas.rate
            and counts.basis = formulas.basis
            and counts.counts_to >= greatest(formulas.valid_from, formulas.rule_valid_from)
            and counts.counts_to <= coalesce(formulas.valid_to, counts.counts_to)
            and counts.counts_to <= coalesce(formulas.rule_valid_to, counts.counts_to)

),

final as (

    select
        *,
        -- Of procedures the result may lie far above 100.
        case
            when denominator_count is null then cast(numerator as decimal(18, 4))
            when denominator = 0 and zero_denominator = 'zero' then cast(0 as decimal(18, 4))
            else cast(round(100.0 * numerator / nullif(denominator, 0), 4) as decimal(18, 4))
        end as alternative_figure,
        coalesce(claimed_numerator = numerator and claimed_denominator = denominator, false) as has_claimed_counts
    from tried

)

select * from final
