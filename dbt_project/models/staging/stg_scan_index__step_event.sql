select
    event_id,
    file_pid,
    case when workflow = 'FILE' then 'NA' else coalesce(document_id, 'NA') end as document_id,
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
