select
    plan_key,
    rule_code,
    reporter_units,
    reporter,
    recipient,
    frequency,
    deadline_text,
    due_rule,
    source_file,
    source_section,
    source_number,
    notes
from {{ ref('stg_plan__reporting_rules') }}
order by plan_key, rule_code
