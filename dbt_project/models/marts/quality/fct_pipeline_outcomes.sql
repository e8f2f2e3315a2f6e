{{ config(tags=['after_judgement']) }}

select
    run_id,
    dag_id,
    step,
    started_at,
    ended_at,
    outcome,
    rows_in,
    rows_out,
    message
from {{ ref('stg_ledger__pipeline_outcomes') }}
order by started_at, run_id, dag_id, step
