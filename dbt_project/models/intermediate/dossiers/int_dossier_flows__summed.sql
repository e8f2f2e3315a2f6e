{{ config(materialized='table') }}

with flows as (

    -- Received in which window, closed on which day, and how.
    select
        commune_code,
        coalesce(counts_from, received_on) as received_from,
        closed_on,
        status_kind,
        coalesce(status_kind = 'done' and not is_on_time, false) as is_resolved_late,
        count(*) as dossier_count
    from {{ ref('int_dossiers__judged') }}
    where is_latest and is_received
    group by
        commune_code, coalesce(counts_from, received_on), closed_on, status_kind,
        coalesce(status_kind = 'done' and not is_on_time, false)

),

final as (

    -- A window is known by its first day; a day outside the listed windows by itself.
    select
        flows.commune_code,
        flows.received_from,
        coalesce(windows.counts_from, flows.closed_on) as closed_from,
        case when flows.closed_on is not null then flows.status_kind end as outcome,
        flows.is_resolved_late,
        sum(flows.dossier_count) as dossier_count
    from flows
    left join {{ ref('int_counting_windows__listed') }} as windows
        on flows.closed_on between windows.counts_from and windows.counts_to
    group by
        flows.commune_code, flows.received_from, coalesce(windows.counts_from, flows.closed_on),
        case when flows.closed_on is not null then flows.status_kind end, flows.is_resolved_late

)

select * from final
