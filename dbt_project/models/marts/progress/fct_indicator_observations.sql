with unit_forms as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        'unit_form' as source,
        revision,
        numerator,
        denominator,
        value,
        value_text,
        value_status,
        number_nature,
        note,
        known_from,
        known_to,
        is_current,
        true as is_accepted,
        receipt_id,
        sheet,
        cell
    from {{ ref('int_observations__versioned') }}

),

portal_records as (

    -- Recomputed from the dossiers as they are known now, so there is one revision of each month.
    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        'portal_record' as source,
        cast(1 as bigint) as revision,
        numerator,
        denominator,
        value,
        cast(null as {{ text_type() }}) as value_text,
        value_status,
        'actual' as number_nature,
        cast(null as {{ text_type() }}) as note,
        known_from,
        cast(null as {{ instant_type() }}) as known_to,
        true as is_current,
        true as is_accepted,
        cast(null as {{ text_type() }}) as receipt_id,
        cast(null as {{ text_type() }}) as sheet,
        cast(null as {{ text_type() }}) as cell
    from {{ ref('int_portal_observations__derived') }}

),

final as (

    select * from unit_forms
    union all
    select * from portal_records

)

select
    plan_key,
    indicator_code,
    unit_code,
    period,
    source,
    revision,
    numerator,
    denominator,
    value,
    value_text,
    value_status,
    number_nature,
    note,
    known_from,
    known_to,
    is_current,
    is_accepted,
    receipt_id,
    sheet,
    cell
from final
order by plan_key, period, indicator_code, unit_code, source, revision
