select
    commune_code,
    period,
    rate,
    numerator,
    denominator,
    rate_pct,
    is_nil_return,
    legal_source,
    known_from
from {{ ref('int_dossier_rates__computed') }}
order by period, commune_code, sort_no
