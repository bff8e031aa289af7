select
    event_pid,
    file_pid,
    case when workflow = 'FILE' then {{ no_pseudonym() }} else coalesce(document_pid, {{ no_pseudonym() }}) end as document_pid,
    workflow,
    step,
    event_date,
    event_at,
    unit_code,
    operator_pid,
    role,
    leaf_count,
    side_count,
    image_count,
    period,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'scan_step_event') }}
