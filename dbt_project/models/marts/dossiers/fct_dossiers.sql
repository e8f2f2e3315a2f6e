with kinds as (

    select
        commune_code,
        period,
        procedure_code,
        field_code,
        count(*) as procedure_dossiers,
        sum(count(*)) over (partition by commune_code, period, field_code) as field_dossiers
    from {{ ref('int_dossiers__judged') }}
    where is_latest
    group by commune_code, period, procedure_code, field_code

),

published as (

    -- In a small month procedure and field would tell whose dossier it is: too few of a kind, and the kind is left out.
    select
        kinds.*,
        coalesce(kinds.procedure_dossiers >= thresholds.smallest_published_group, false) as has_many_of_procedure,
        coalesce(kinds.field_dossiers >= thresholds.smallest_published_group, false) as has_many_of_field
    from kinds
    left join {{ ref('int_thresholds__in_force') }} as thresholds
        on {{ period_ends_on('kinds.period') }} = thresholds.ends_on

),

final as (

    select
        dossiers.*,
        {{ digest('dossiers.batch_sha256', 'dossiers.commune_code', 'dossiers.dossier_code') }} as dossier_key,
        case when published.has_many_of_procedure then dossiers.procedure_code end as published_procedure_code,
        case when published.has_many_of_field then dossiers.field_code end as published_field_code,
        {{ days_between('dossiers.received_on', 'dossiers.last_day_allowed') }} as allowed_days,
        {{ days_between('dossiers.received_on', 'dossiers.closed_on') }} as taken_days,
        case
            when dossiers.closed_on <= dossiers.last_day_allowed then 0
            else {{ days_between('dossiers.last_day_allowed', 'dossiers.closed_on') }}
        end as overdue_days
    from {{ ref('int_dossiers__judged') }} as dossiers
    left join published
        on
            dossiers.commune_code = published.commune_code
            and dossiers.period is not distinct from published.period
            and dossiers.procedure_code is not distinct from published.procedure_code
            and dossiers.field_code is not distinct from published.field_code
    where dossiers.is_latest

)

select
    commune_code,
    dossier_key,
    period,
    calendar_month,
    published_procedure_code as procedure_code,
    published_field_code as field_code,
    status_kind,
    channel_kind,
    is_received,
    is_on_time,
    cast(allowed_days as bigint) as allowed_days,
    cast(taken_days as bigint) as taken_days,
    cast(overdue_days as bigint) as overdue_days,
    supplement_count,
    is_online,
    is_fully_online,
    is_digitised,
    has_component_files,
    has_electronic_result,
    is_reused,
    is_fee_bearing,
    is_paid_online,
    is_boundary_free,
    is_rated,
    is_satisfied,
    known_from
from final
order by period, commune_code, dossier_key
