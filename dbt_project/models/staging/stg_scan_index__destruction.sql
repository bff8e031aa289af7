select
    unit_code,
    period,
    held_on,
    has_minutes,
    quality_checked,
    document_count,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'scan_destruction') }}
