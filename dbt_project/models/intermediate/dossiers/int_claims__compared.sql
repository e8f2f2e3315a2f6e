with compared as (

    select
        matched.*,
        thresholds.claim_notice_pct,
        thresholds.claim_block_pct,
        thresholds.claim_cause_match_pct,
        case
            when matched.claimed <> 0
                then {{ kept_in_range('cast(matched.recomputed as double) / cast(matched.claimed as double)') }}
        end as verification_factor,
        case
            when matched.claimed <> 0
                then {{ kept_in_range(
                    '100.0 * abs(cast(matched.recomputed - matched.claimed as double) / cast(matched.claimed as double))'
                ) }}
        end as deviation_pct,
        {{ distance_pct('matched.by_cut_off_date', 'matched.claimed') }} as cut_off_date_distance,
        {{ distance_pct('matched.by_denominator', 'matched.claimed') }} as denominator_distance,
        {{ distance_pct('matched.by_duplicates', 'matched.claimed') }} as duplicates_distance
    from {{ ref('int_claims__matched_with_records') }} as matched
    left join {{ ref('int_thresholds__in_force') }} as thresholds
        on {{ period_ends_on('matched.period') }} = thresholds.ends_on

),

classed as (

    select
        *,
        case
            when claimed = 0 and recomputed <> 0 then 'block'
            when deviation_pct > claim_block_pct then 'block'
            when deviation_pct > claim_notice_pct then 'notice'
            else 'ok'
        end as deviation,
        coalesce(cut_off_date_distance <= claim_cause_match_pct, false) as is_cut_off_date,
        coalesce(denominator_distance <= claim_cause_match_pct, false) as is_denominator,
        coalesce(duplicates_distance <= claim_cause_match_pct, false) as is_duplicates
    from compared

),

final as (

    -- Several slips may lead to the claimed figure: the one that comes closest is named, ties in this order.
    select
        *,
        case
            when deviation = 'ok' then null
            when
                is_cut_off_date
                and cut_off_date_distance <= coalesce(denominator_distance, cut_off_date_distance)
                and cut_off_date_distance <= coalesce(duplicates_distance, cut_off_date_distance)
                then 'cut_off_date'
            when is_denominator and denominator_distance <= coalesce(duplicates_distance, denominator_distance)
                then 'denominator'
            when is_duplicates then 'duplicates'
            else 'unexplained'
        end as likely_cause
    from classed

)

select * from final
