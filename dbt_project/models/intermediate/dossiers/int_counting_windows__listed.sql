-- What counts in a reporting month: NĐ 09/2019/NĐ-CP, day 15 of m-1 to day 14 of m. Units count the same way, so that a
-- claim and its records speak of the same dossiers.
select
    period,
    min(counts_from) as counts_from,
    min(counts_to) as counts_to
from {{ ref('stg_plan__reporting_periods') }}
where frequency = 'monthly'
group by period
