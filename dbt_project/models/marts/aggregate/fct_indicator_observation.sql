{{ config(slice_by=['period', 'main_source'], slice_scope='figure') }}

with final as (
    select *
    from {{ ref('int_indicator__by_area') }}
    where area_kind in ('PROVINCE', 'COUNTRY') and is_official
)

select
    indicator_code,
    area_code as geo_code,
    period,
    main_source,
    version as definition_version,
    value,
    numerator,
    denominator,
    contributors,
    units_obliged,
    units_reported,
    obs_status,
    note_code,
    {{ provenance_text('provenance_rank') }} as provenance
from final
