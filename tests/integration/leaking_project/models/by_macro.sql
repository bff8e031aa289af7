select unit_code, {{ peek('person_pid') }} as value from {{ source('silver', 'contribution_list_worker') }} group by unit_code
