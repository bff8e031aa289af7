select code as unit_code, count(*) as value from {{ ref('untagged_seed') }} group by code
