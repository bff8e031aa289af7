select
    unit_code,
    period,
    register_part,
    file_count,
    complete_count,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'scan_register') }}
