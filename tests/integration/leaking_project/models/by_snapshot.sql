select unit_code, person_pid as value from {{ ref('kept') }}
