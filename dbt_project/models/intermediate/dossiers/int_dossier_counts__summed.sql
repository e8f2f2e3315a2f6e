{{ config(materialized='table') }}

-- Counts add up over communes and months; percentages do not, so none is kept here.
select
    basis,
    commune_code,
    period,
    count(*) as received_count,
    {{ count_if('is_online') }} as online_count,
    {{ count_if('is_fully_online') }} as fully_online_count,
    {{ count_if('has_due_day') }} as dated_count,
    {{ count_if('is_on_time') }} as on_time_count,
    {{ count_if('not is_on_time') }} as late_count,
    {{ count_if('is_done') }} as done_count,
    {{ count_if('is_digitised') }} as digitised_count,
    {{ count_if('is_done and has_electronic_result') }} as electronic_result_count,
    {{ count_if('is_reused') }} as reused_count,
    {{ count_if('is_fee_bearing') }} as fee_bearing_count,
    {{ count_if('is_paid_online') }} as paid_online_count,
    {{ count_if('is_boundary_free') }} as boundary_free_count,
    {{ count_if('is_rated') }} as rated_count,
    {{ count_if('is_satisfied') }} as satisfied_count,
    {{ count_if('not is_dissatisfied and coalesce(is_on_time, true)') }} as content_count,
    max(known_from) as known_from
from {{ ref('int_dossiers__judged') }}
group by basis, commune_code, period
