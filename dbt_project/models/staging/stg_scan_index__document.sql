select
    document_pid,
    file_pid,
    workflow,
    unit_code,
    image_count,
    period,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'scan_document') }}
