select
    plan_key,
    indicator_code,
    target_no,
    target_year,
    due_on,
    comparator,
    target_value,
    target_value_upper,
    unit,
    qualifier,
    target_text,
    is_quantitative,
    source_file,
    source_section,
    source_number,
    notes
from {{ ref('stg_plan__targets') }}
order by plan_key, indicator_code, target_no
