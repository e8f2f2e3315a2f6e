with final as (

    select
        rates.commune_code,
        rates.period,
        rates.rate,
        rules.sort_no,
        rates.numerator,
        rates.denominator,
        rates.rate_pct,
        coalesce(rates.denominator = 0, false) as is_nil_return,
        rates.known_from
    from {{ ref('int_dossier_rates__computed') }} as rates
    inner join {{ ref('dossier_rate_rules') }} as rules
        on
            rates.rate = rules.rate
            and {{ period_ends_on('rates.period') }} >= rules.valid_from
            and {{ period_ends_on('rates.period') }} <= coalesce(rules.valid_to, {{ period_ends_on('rates.period') }})
    where rates.basis = 'reporting_period'

)

select
    commune_code,
    period,
    rate,
    numerator,
    denominator,
    rate_pct,
    is_nil_return,
    known_from
from final
order by period, commune_code, sort_no
