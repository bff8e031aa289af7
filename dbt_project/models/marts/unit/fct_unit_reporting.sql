{{ config(slice_by=['period', 'source'], slice_scope='affected') }}

with final as (
    select
        source,
        unit_code,
        directorate_code,
        geo_code,
        period,
        is_reported,
        is_in_time,
        provenance_rank
    from {{ ref('int_reporting__by_unit') }}
    where file_order = 1
)

select
    source,
    unit_code,
    directorate_code,
    geo_code,
    period,
    is_reported,
    is_in_time,
    {{ provenance_text('provenance_rank') }} as provenance
from final
