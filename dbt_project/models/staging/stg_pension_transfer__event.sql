select
    event_id,
    transfer_id,
    event_type,
    event_date,
    event_at,
    unit_code,
    origin_unit_code,
    destination_unit_code,
    period,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'pension_transfer_event') }}
