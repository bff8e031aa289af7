select
    unit_code,
    period,
    measure,
    patient_insurer,
    treatment_kind,
    value,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'smis_report') }}
