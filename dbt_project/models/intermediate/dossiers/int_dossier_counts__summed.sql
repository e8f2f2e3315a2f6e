{{ config(materialized='table') }}

-- Counts add up over communes and months; percentages do not, so none is kept here. This is the one pass over the
-- dossiers from which every rate, and every other way of counting one, is made.
select
    commune_code,
    period,
    calendar_month,
    is_latest,
    max(known_from) as known_from,
    {{ counted_dossiers() }}
from {{ ref('int_dossiers__judged') }}
where is_received
group by commune_code, period, calendar_month, is_latest
