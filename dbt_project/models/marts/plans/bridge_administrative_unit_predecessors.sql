select
    new_code,
    old_code,
    old_name,
    old_kind,
    old_district,
    is_split,
    source
from {{ ref('administrative_unit_predecessors') }}
order by new_code, old_code, old_name
