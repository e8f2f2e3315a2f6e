with received as (

    -- Received: neither newly registered nor refused at the desk (statuses 1 and 3 of the dossier records).
    select
        dossiers.*,
        {{ month_of('dossiers.received_on') }} as received_month,
        last_day(dossiers.received_on) as received_month_ends_on
    from {{ ref('int_dossiers__decoded') }} as dossiers
    where
        coalesce(dossiers.status_kind, 'open') <> 'not_received'
        and dossiers.received_on is not null

),

cut_off_windows as (

    -- NĐ 09/2019/NĐ-CP: month m counts day 15 of m-1 to day 14 of m.
    select
        period,
        min(counts_from) as counts_from,
        min(counts_to) as counts_to
    from {{ ref('stg_plan__reporting_periods') }}
    where frequency = 'monthly'
    group by period

),

final as (

    select
        'calendar_month' as basis,
        received.received_month as period,
        received.received_month_ends_on as period_ends_on,
        received.*
    from received
    where received.is_latest

    union all

    select
        'every_version' as basis,
        received.received_month as period,
        received.received_month_ends_on as period_ends_on,
        received.*
    from received

    union all

    select
        'cut_off_window' as basis,
        cut_off_windows.period,
        cut_off_windows.counts_to as period_ends_on,
        received.*
    from received
    inner join cut_off_windows
        on received.received_on between cut_off_windows.counts_from and cut_off_windows.counts_to
    where received.is_latest

)

select * from final
