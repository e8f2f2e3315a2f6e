with units as (

    select * from {{ ref('administrative_units') }}

),

provinces_today as (

    select
        code,
        name
    from units
    where kind in ('tinh', 'thanh_pho') and valid_to is null

),

final as (

    -- One code may have several versions (2026-04-30: ten communes of Đồng Nai became wards), so the key holds the day.
    select
        units.code || '@' || cast(units.valid_from as {{ text_type() }}) as administrative_unit_id,
        units.code,
        units.name,
        units.kind,
        case when units.kind in ('tinh', 'thanh_pho') then 'province' else 'commune' end as unit_level,
        units.province_code,
        provinces_today.name as province_name,
        units.valid_from,
        units.valid_to,
        units.valid_to is null as is_current,
        units.source,
        units.source_snapshot_on
    from units
    left join provinces_today on units.province_code = provinces_today.code

)

select
    administrative_unit_id,
    code,
    name,
    kind,
    unit_level,
    province_code,
    province_name,
    valid_from,
    valid_to,
    is_current,
    source,
    source_snapshot_on
from final
order by code, valid_from
