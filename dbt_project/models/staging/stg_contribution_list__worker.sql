select
    unit_code,
    period,
    workshop_pid,
    list_pid,
    person_pid,
    day_count,
    insurable_rial,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'contribution_list_worker') }}
