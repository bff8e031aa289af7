select
    unit_code,
    period,
    file_pid,
    paid_rial,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'pension_payroll_file') }}
