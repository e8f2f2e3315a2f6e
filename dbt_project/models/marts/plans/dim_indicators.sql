select
    plan_key,
    indicator_code,
    sort_no,
    canonical_code,
    stt,
    section,
    name_vi,
    measure_vi,
    unit_of_measure,
    value_kind,
    direction,
    lead_units,
    lead_text,
    reporter_unit,
    figure_of_record,
    source_note,
    blank_cells,
    source_file,
    source_section,
    source_number,
    notes
from {{ ref('stg_plan__indicators') }}
order by plan_key, sort_no
