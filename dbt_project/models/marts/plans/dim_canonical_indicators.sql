select
    canonical_code,
    name_vi,
    name_en,
    unit_of_measure,
    value_kind,
    direction,
    definition_vi,
    numerator_vi,
    denominator_vi,
    range_min,
    range_max,
    dossier_rate,
    sources
from {{ ref('stg_plan__canonical_indicators') }}
order by canonical_code
