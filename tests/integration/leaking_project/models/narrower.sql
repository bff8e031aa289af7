select unit_code, value from {{ ref('narrow') }}
