select unit_code, min(value) as value from {{ ref('narrower') }} group by unit_code
