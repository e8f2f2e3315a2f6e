select
    plan_key,
    unit_code,
    unit_name,
    unit_kind,
    aliases,
    is_reporting,
    source_file,
    source_section,
    source_number,
    notes
from {{ ref('stg_plan__units') }}
order by plan_key, unit_code
