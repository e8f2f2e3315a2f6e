select
    plan_key,
    indicator_code,
    period,
    unit_code,
    dossier_rate,
    claimed,
    recomputed_numerator,
    recomputed_denominator,
    recomputed,
    verification_factor,
    deviation_pct,
    deviation,
    likely_cause,
    receipt_id
from {{ ref('int_claims__compared') }}
order by plan_key, period, indicator_code, unit_code
