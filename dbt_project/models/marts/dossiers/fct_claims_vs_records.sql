with final as (

    select
        compared.*,
        causes.name_vi as cause_vi
    from {{ ref('int_claims__compared') }} as compared
    left join {{ ref('claim_causes') }} as causes
        on compared.likely_cause = causes.cause

)

select
    plan_key,
    indicator_code,
    period,
    unit_code,
    dossier_rate,
    claimed,
    claimed_numerator,
    claimed_denominator,
    recomputed_numerator,
    recomputed_denominator,
    recomputed,
    verification_factor,
    deviation_pct,
    difference_dossiers,
    claim_notice_pct,
    claim_block_pct,
    deviation,
    likely_cause,
    cause_vi,
    alternative_code,
    alternative_vi,
    alternative_figure,
    claim_note,
    receipt_id
from final
order by plan_key, period, indicator_code, unit_code
