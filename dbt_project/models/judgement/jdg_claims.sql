with claims as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        deviation,
        deviation_pct,
        claim_notice_pct,
        claim_block_pct,
        {{ figure_vi('claimed') }} || case when recomputed_denominator is null then '' else '%' end as observed,
        {{ figure_vi('recomputed') }}
        || coalesce(
            '% (' || {{ figure_vi('recomputed_numerator') }} || '/' || {{ figure_vi('recomputed_denominator') }}
            || ' hồ sơ)', ''
        ) as recomputed_vi,
        coalesce(
            '. Nguyên nhân có thể: ' || lower(substr(cause_vi, 1, 1)) || substr(cause_vi, 2)
            || coalesce(
                ' (' || lower(substr(alternative_vi, 1, 1)) || substr(alternative_vi, 2)
                || ': ' || {{ figure_vi('alternative_figure') }}
                || case when recomputed_denominator is null then '' else '%' end || ')', ''
            ), ''
        )
        || coalesce('. Đơn vị giải trình: “' || claim_note || '”', '') as reasons_vi
    from {{ ref('fct_claims_vs_records') }}

),

final as (

    -- The limits are those of the comparison (seed thresholds): what is judged is by how much they are passed. The two
    -- do not overlap: above the blocking one there is one flag, not two.
    select
        *,
        case when deviation = 'block' then deviation_pct - claim_block_pct else 0 end as above_block_pct,
        case deviation
            when 'notice' then deviation_pct - claim_notice_pct
            when 'ok' then 0
        end as above_notice_pct,
        recomputed_vi || '; lệch ' || {{ figure_vi('deviation_pct') }} || '%, giới hạn '
        || {{ figure_vi('claim_block_pct') }} || '%' || reasons_vi as above_block_pct_expected,
        recomputed_vi || '; lệch ' || {{ figure_vi('deviation_pct') }} || '%, giới hạn '
        || {{ figure_vi('claim_notice_pct') }} || '%' || reasons_vi as above_notice_pct_expected
    from claims

)

select
    plan_key,
    indicator_code,
    unit_code,
    period,
    above_block_pct,
    observed as above_block_pct_observed,
    above_block_pct_expected,
    above_notice_pct,
    observed as above_notice_pct_observed,
    above_notice_pct_expected
from final
