-- Procedures are not dossiers: counted apart, only to recognise figures that divide the one by the other.
select
    commune_code,
    period,
    count(distinct procedure_code) as fee_procedure_count
from {{ ref('int_dossiers__judged') }}
where
    is_latest
    and is_received
    and is_fee_bearing
    and period is not null
group by commune_code, period
