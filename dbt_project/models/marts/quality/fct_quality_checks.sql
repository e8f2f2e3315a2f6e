{{ config(tags=['after_judgement']) }}

select
    suite_run_id,
    suite,
    check_code,
    period,
    outcome,
    failing_count,
    checked_count,
    severity,
    description_vi
from {{ ref('stg_judgement__quality_checks') }}
order by suite_run_id, suite, check_code, period
