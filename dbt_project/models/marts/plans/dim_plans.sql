select
    plan_key,
    commune_code,
    province_code,
    commune_name,
    title,
    document_number,
    issued_text,
    issued_on,
    valid_from,
    valid_to,
    validity_note,
    issuing_agency,
    focal_unit,
    supersedes,
    legal_bases,
    source_file,
    file_sha256
from {{ ref('stg_plan__plans') }}
order by plan_key
