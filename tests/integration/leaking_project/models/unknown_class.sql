select unit_code, count(*) as value from {{ source('silver', 'contribution_list_worker') }} group by unit_code
