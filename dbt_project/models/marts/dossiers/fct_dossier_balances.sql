with flows as (

    select
        periods.commune_code,
        periods.period,
        flows.received_from < periods.counts_from as is_from_before,
        coalesce(flows.closed_from < periods.counts_from, false) as is_closed_before,
        coalesce(flows.closed_from = periods.counts_from, false) as is_closed_within,
        flows.outcome,
        flows.is_resolved_late,
        coalesce(flows.dossier_count, 0) as dossier_count
    from {{ ref('int_dossier_periods__listed') }} as periods
    left join {{ ref('int_dossier_flows__summed') }} as flows
        on
            periods.commune_code = flows.commune_code
            and periods.counts_from >= flows.received_from

),

final as (

    -- Each side is counted by its own condition, so that the identity can fail (data tests of this model).
    select
        commune_code,
        period,
        sum(case when is_from_before and not is_closed_before then dossier_count else 0 end) as carried_over_count,
        sum(case when not is_from_before then dossier_count else 0 end) as received_count,
        sum(case when is_closed_within and outcome = 'done' then dossier_count else 0 end) as resolved_count,
        sum(case when is_closed_within and is_resolved_late then dossier_count else 0 end) as resolved_late_count,
        sum(case when is_closed_within and outcome = 'withdrawn' then dossier_count else 0 end) as withdrawn_count,
        sum(case when is_closed_within and outcome = 'stopped' then dossier_count else 0 end) as stopped_count,
        sum(case when not (is_closed_before or is_closed_within) then dossier_count else 0 end) as pending_count
    from flows
    group by commune_code, period

)

select
    commune_code,
    period,
    cast(carried_over_count as bigint) as carried_over_count,
    cast(received_count as bigint) as received_count,
    cast(resolved_count as bigint) as resolved_count,
    cast(resolved_late_count as bigint) as resolved_late_count,
    cast(withdrawn_count as bigint) as withdrawn_count,
    cast(stopped_count as bigint) as stopped_count,
    cast(pending_count as bigint) as pending_count
from final
order by period, commune_code
