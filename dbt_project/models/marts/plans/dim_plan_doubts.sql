select
    plan_key,
    doubt_code,
    about,
    printed,
    doubt_vi,
    source_file,
    source_section,
    source_number
from {{ ref('stg_plan__doubts') }}
order by plan_key, doubt_code
