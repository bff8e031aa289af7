with province as (
    select
        province_code,
        geo_code,
        name_fa,
        name_en
    from {{ source('vocabulary', 'province') }}
),

final as (
    select
        geo_code,
        'PROVINCE' as geo_kind,
        province_code,
        'IR' as parent_code,
        name_fa,
        name_en
    from province
    union all
    select
        'IR' as geo_code,
        'COUNTRY' as geo_kind,
        {{ null_text() }} as province_code,
        {{ null_text() }} as parent_code,
        'ایران' as name_fa,
        'Iran' as name_en
)

select
    geo_code,
    geo_kind,
    province_code,
    parent_code,
    name_fa,
    name_en
from final
