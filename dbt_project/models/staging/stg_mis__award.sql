select
    order_pid,
    file_pid,
    unit_code,
    pension_kind,
    claim_date,
    order_date,
    sample_step,
    period,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'mis_award') }}
