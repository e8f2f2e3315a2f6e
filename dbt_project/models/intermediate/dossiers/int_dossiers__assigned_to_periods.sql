-- One pass: the other ways of counting are other groupings of the same rows (int_dossier_counts__by_basis).
select
    dossiers.*,
    -- Received: neither newly registered nor refused at the desk (statuses 1 and 3 of the dossier records).
    coalesce(dossiers.status_kind, 'open') <> 'not_received' and dossiers.received_on is not null as is_received,
    windows.period,
    windows.counts_from,
    windows.counts_to,
    {{ month_of('dossiers.received_on') }} as calendar_month,
    last_day(dossiers.received_on) as calendar_month_ends_on
from {{ ref('int_dossiers__decoded') }} as dossiers
left join {{ ref('int_counting_windows__listed') }} as windows
    on dossiers.received_on between windows.counts_from and windows.counts_to
