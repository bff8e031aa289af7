select unit_code, count(*) as value, max(unit_code) as more from {{ source('silver', 'contribution_list_worker') }} group by unit_code
