select
    event_id,
    transfer_id,
    file_pid,
    event_type,
    event_date,
    event_at,
    unit_code,
    origin_unit_code,
    destination_unit_code,
    operator_pid,
    role,
    compare_result,
    enrolment_mode,
    dependant_count,
    period,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'pension_transfer_event') }}
