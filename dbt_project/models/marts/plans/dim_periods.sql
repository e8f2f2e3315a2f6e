select
    plan_key,
    period,
    frequency,
    starts_on,
    ends_on,
    counts_from,
    counts_to,
    is_next_report
from {{ ref('stg_plan__reporting_periods') }}
order by plan_key, ends_on, starts_on
