select
    day,
    is_working_day,
    sum(case when is_working_day then 1 else 0 end) over (
        order by day rows between unbounded preceding and current row
    ) as working_day_no
from {{ ref('stg_plan__calendar_days') }}
