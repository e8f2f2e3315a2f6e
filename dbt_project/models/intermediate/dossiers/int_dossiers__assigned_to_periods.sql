-- One pass: the other ways of counting are other groupings of the same rows (int_dossier_counts__by_basis).
select
    dossiers.*,
    -- Received: neither newly registered nor refused at the desk (statuses 1 and 3 of the dossier records).
    coalesce(dossiers.status_kind, 'open') <> 'not_received' and dossiers.received_on is not null as is_received,
    days.period,
    days.counts_from,
    days.counts_to,
    {{ month_of('dossiers.received_on') }} as calendar_month,
    last_day(dossiers.received_on) as calendar_month_ends_on
from {{ ref('int_dossiers__decoded') }} as dossiers
left join {{ ref('int_counting_days__listed') }} as days
    on dossiers.received_on = days.day
