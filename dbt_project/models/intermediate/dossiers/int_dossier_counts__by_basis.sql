{{ config(materialized='table') }}

-- Small, and read by two models and all its tests: as a view each of them would pass over the dossiers again.
with periods as (

    select * from {{ ref('int_dossier_periods__listed') }}

),

cells as (

    select
        'period' as cell_kind,
        period as cell,
        *
    from {{ ref('int_dossier_counts__summed') }}

    union all

    select
        'calendar_month' as cell_kind,
        calendar_month as cell,
        *
    from {{ ref('int_dossier_counts__summed') }}

),

bases as (

    -- The reporting period is the one that counts; the others are how a unit may have counted instead.
    select
        'reporting_period' as basis,
        commune_code,
        period,
        'period' as cell_kind,
        period as cell,
        false as counts_old_versions
    from periods

    union all

    select
        'every_version' as basis,
        commune_code,
        period,
        'period' as cell_kind,
        period as cell,
        true as counts_old_versions
    from periods

    union all

    select
        'calendar_month' as basis,
        commune_code,
        period,
        'calendar_month' as cell_kind,
        period as cell,
        false as counts_old_versions
    from periods

    union all

    select
        'previous_period' as basis,
        commune_code,
        period,
        'period' as cell_kind,
        previous_period as cell,
        false as counts_old_versions
    from periods

    union all

    select
        'year_to_date' as basis,
        periods.commune_code,
        periods.period,
        'period' as cell_kind,
        earlier.period as cell,
        false as counts_old_versions
    from periods
    inner join periods as earlier
        on
            periods.commune_code = earlier.commune_code
            and substr(periods.period, 1, 4) = substr(earlier.period, 1, 4)
            and periods.period >= earlier.period

),

summed as (

    select
        bases.basis,
        bases.commune_code,
        bases.period,
        max(cells.known_from) as cells_known_from,
        {{ added_counts('bases.basis', 'cells') }}
    from bases
    left join cells
        on
            bases.commune_code = cells.commune_code
            and bases.cell_kind = cells.cell_kind
            and bases.cell = cells.cell
            and (cells.is_latest or bases.counts_old_versions)
    group by bases.basis, bases.commune_code, bases.period

),

final as (

    select
        summed.*,
        periods.counts_to,
        -- Of a month without dossiers it is the look that found none.
        coalesce(summed.cells_known_from, periods.known_from) as known_from,
        case when summed.basis = 'reporting_period' then coalesce(fee_procedures.fee_procedure_count, 0) end
            as fee_procedure_count
    from summed
    inner join periods
        on
            summed.commune_code = periods.commune_code
            and summed.period = periods.period
    left join {{ ref('int_fee_procedures__counted') }} as fee_procedures
        on
            summed.commune_code = fee_procedures.commune_code
            and summed.period = fee_procedures.period

)

select * from final
