select unit_code, person as value from {{ ref('known_person') }}
