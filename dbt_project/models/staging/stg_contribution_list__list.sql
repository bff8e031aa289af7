select
    unit_code,
    period,
    workshop_pid,
    list_pid,
    filed_on,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'contribution_list') }}
