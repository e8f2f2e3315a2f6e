-- A day for every day that counts: joined by equality, which a million dossiers feel.
select
    days.day,
    windows.period,
    windows.counts_from,
    windows.counts_to
from {{ ref('stg_plan__calendar_days') }} as days
inner join {{ ref('int_counting_windows__listed') }} as windows
    on days.day between windows.counts_from and windows.counts_to
