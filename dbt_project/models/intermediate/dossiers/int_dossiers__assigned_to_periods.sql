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

counting_windows as (

    -- What counts in a reporting month: NĐ 09/2019/NĐ-CP, day 15 of m-1 to day 14 of m. Units count the same way, so
    -- a claim and its records speak of the same dossiers.
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
        'reporting_period' as basis,
        counting_windows.period,
        counting_windows.counts_to as period_ends_on,
        received.*
    from received
    inner join counting_windows
        on received.received_on between counting_windows.counts_from and counting_windows.counts_to
    where received.is_latest

    union all

    select
        'every_version' as basis,
        counting_windows.period,
        counting_windows.counts_to as period_ends_on,
        received.*
    from received
    inner join counting_windows
        on received.received_on between counting_windows.counts_from and counting_windows.counts_to

    union all

    select
        'calendar_month' as basis,
        received.received_month as period,
        received.received_month_ends_on as period_ends_on,
        received.*
    from received
    where received.is_latest

)

select * from final
