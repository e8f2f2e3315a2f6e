-- A plan file can hand an indicator over to the records only if a dossier rate measures it.
select
    indicators.plan_key,
    indicators.indicator_code
from {{ ref('stg_plan__indicators') }} as indicators
left join {{ ref('stg_plan__canonical_indicators') }} as canonical
    on indicators.canonical_code = canonical.canonical_code
where indicators.figure_of_record = 'records' and canonical.dossier_rate is null
