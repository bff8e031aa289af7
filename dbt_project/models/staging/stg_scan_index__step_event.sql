select
    event_id,
    file_pid,
    workflow,
    step,
    event_at,
    unit_code,
    leaf_count,
    period,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'scan_step_event') }}
