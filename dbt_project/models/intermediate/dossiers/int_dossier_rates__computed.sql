with counted as (

    select
        counts.commune_code,
        counts.period,
        counts.counts_to,
        counts.known_from,
        rules.rate,
        rules.sort_no,
        rules.legal_source,
        rules.numerator_count,
        rules.denominator_count,
        rules.zero_denominator,
        cast({{ count_named('rules.numerator_count', 'counts') }} as bigint) as numerator,
        cast({{ count_named('rules.denominator_count', 'counts') }} as bigint) as denominator
    from {{ ref('int_dossier_counts__by_basis') }} as counts
    inner join {{ ref('dossier_rate_rules') }} as rules
        on
            counts.counts_to >= rules.valid_from
            and counts.counts_to <= coalesce(rules.valid_to, counts.counts_to)
    where counts.basis = 'reporting_period'

),

final as (

    select
        *,
        {{ rate_of('numerator', 'denominator', 'zero_denominator') }} as rate_pct,
        -- What an indicator measured by this rate would show: the percentage, or the count where nothing divides.
        case
            when denominator_count is null then cast(numerator as decimal(18, 4))
            else cast({{ rate_of('numerator', 'denominator', 'zero_denominator') }} as decimal(18, 4))
        end as rate_value,
        coalesce(denominator = 0 and zero_denominator = 'nil_return', false) as is_nil_return
    from counted

)

select * from final
