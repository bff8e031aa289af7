select unit_code, person_pid as value from {{ source('silver', 'contribution_list_worker') }}
