select
    event_pid,
    file_pid,
    coalesce(case when workflow <> 'FILE' then document_pid end, {{ no_pseudonym() }}) as document_pid,
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
