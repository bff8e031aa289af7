with final as (
    select
        unit_code,
        kind,
        name_fa,
        name_en,
        parent_code,
        directorate_code,
        province_code,
        geo_code,
        valid_from,
        valid_to,
        is_invented
    from {{ source('vocabulary', 'unit') }}
)

select
    unit_code,
    kind,
    name_fa,
    name_en,
    parent_code,
    directorate_code,
    province_code,
    geo_code,
    valid_from,
    valid_to,
    is_invented
from final
