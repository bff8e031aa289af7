{{ config(slice_by=['period', 'main_source'], slice_scope='figure') }}

with final as (
    select *
    from {{ ref('int_indicator__by_area') }}
    where area_kind in ('PROVINCE', 'COUNTRY') and not is_only_version
)

select
    indicator_code,
    version as definition_version,
    area_code as geo_code,
    period,
    main_source,
    is_official,
    value,
    numerator,
    denominator,
    contributors,
    units_obliged,
    units_reported,
    {{ provenance_text('provenance_rank') }} as provenance
from final
