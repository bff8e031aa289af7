select
    rule,
    severity,
    period,
    _file_sha256 as file_sha256,
    _row_number as row_number
from {{ source('silver', 'contribution_list_finding') }}
