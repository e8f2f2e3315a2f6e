{{ config(tags=['after_judgement']) }}

select
    flag_id,
    plan_key,
    indicator_code,
    unit_code,
    period,
    rule_code,
    severity,
    observed,
    expected,
    explanation_vi,
    case
        when waived_at is not null then 'waived'
        when closed_at is not null then 'fixed'
        else 'open'
    end as state,
    opened_at,
    closed_at,
    waived_at,
    waived_by,
    waiver_reason
from {{ ref('stg_ledger__flags') }}
order by plan_key, period, indicator_code, unit_code, rule_code, flag_id
