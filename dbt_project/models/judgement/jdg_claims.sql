{% set block_above_pct = 10 %}

with claims as (

    select * from {{ ref('fct_claims_vs_records') }}

),

final as (

    -- The two limits do not overlap: above the blocking one there is one flag, not two.
    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        deviation_pct,
        case when deviation_pct <= {{ block_above_pct }} then deviation_pct end as notice_deviation_pct,
        {{ figure_vi('claimed') }} || '%' as claimed_vi,
        {{ figure_vi('recomputed') }} || '%' as recomputed_vi
    from claims

)

select
    plan_key,
    indicator_code,
    unit_code,
    period,
    deviation_pct,
    claimed_vi as deviation_pct_observed,
    recomputed_vi as deviation_pct_expected,
    notice_deviation_pct,
    claimed_vi as notice_deviation_pct_observed,
    recomputed_vi as notice_deviation_pct_expected
from final
