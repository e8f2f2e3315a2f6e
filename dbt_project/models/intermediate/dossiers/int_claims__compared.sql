with deviating as (

    select
        matched.*,
        thresholds.claim_notice_pct,
        thresholds.claim_block_pct,
        thresholds.claim_cause_match_pct,
        thresholds.claim_cause_match_points,
        thresholds.claim_least_points,
        thresholds.claim_least_dossiers,
        case
            when matched.claimed <> 0
                then {{ kept_in_range('cast(matched.recomputed as double) / cast(matched.claimed as double)') }}
        end as verification_factor,
        -- Of a claim of 0 every other figure is infinitely far: told as the end of the range.
        case
            when matched.claimed = matched.recomputed then cast(0 as decimal(9, 4))
            when matched.claimed = 0 then cast(9999.9999 as decimal(9, 4))
            else {{ kept_in_range(
                '100.0 * abs(cast(matched.recomputed - matched.claimed as double) / cast(matched.claimed as double))'
            ) }}
        end as deviation_pct,
        abs(matched.recomputed - matched.claimed) as difference,
        -- A percentage divides dossiers: how many of them the difference stands for.
        case
            when matched.recomputed_denominator is null then abs(matched.recomputed - matched.claimed)
            else cast(round(
                cast(abs(matched.recomputed - matched.claimed) as double) * matched.recomputed_denominator / 100.0, 4
            ) as decimal(18, 4))
        end as difference_dossiers
    from {{ ref('int_claims__matched_with_records') }} as matched
    left join {{ ref('int_thresholds__in_force') }} as thresholds
        on {{ period_ends_on('matched.period') }} = thresholds.ends_on

),

classed as (

    -- Far in percent and near in points (a claim near 0), or far in percent and one dossier away (a small month): both
    -- limits have to be passed.
    select
        *,
        case
            when deviation_pct <= claim_notice_pct then 'ok'
            when recomputed_denominator is not null and difference < claim_least_points then 'ok'
            when deviation_pct > claim_block_pct and difference_dossiers >= claim_least_dossiers then 'block'
            else 'notice'
        end as deviation
    from deviating

),

explaining as (

    -- Several slips may lead to the claimed figure: counts that the unit itself gave tell them apart, then the one that
    -- comes closest, then the order of the seed.
    select
        tried.*,
        row_number() over (
            partition by tried.plan_key, tried.indicator_code, tried.unit_code, tried.period
            order by
                case when tried.has_claimed_counts then 0 else 1 end asc,
                abs(tried.alternative_figure - tried.claimed) asc,
                tried.sort_no asc
        ) as choice_no
    from {{ ref('int_claims__tried_alternatives') }} as tried
    inner join classed
        on
            tried.plan_key = classed.plan_key
            and tried.indicator_code = classed.indicator_code
            and tried.unit_code = classed.unit_code
            and tried.period = classed.period
    where
        classed.deviation <> 'ok'
        and abs(tried.alternative_figure - tried.claimed)
        <= greatest(classed.claimed * classed.claim_cause_match_pct / 100, classed.claim_cause_match_points)

),

final as (

    select
        classed.*,
        explaining.alternative_code,
        explaining.alternative_vi,
        explaining.alternative_figure,
        case when classed.deviation <> 'ok' then coalesce(explaining.cause, 'unexplained') end as likely_cause
    from classed
    left join explaining
        on
            classed.plan_key = explaining.plan_key
            and classed.indicator_code = explaining.indicator_code
            and classed.unit_code = explaining.unit_code
            and classed.period = explaining.period
            and explaining.choice_no = 1

)

select * from final
