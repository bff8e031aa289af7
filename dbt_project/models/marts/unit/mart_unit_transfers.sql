{{ config(slice_by='period', slice_scope='affected', slice_source='pension_transfer') }}

with final as (
    select
        measure,
        unit_code,
        period,
        event_type,
        value,
        contributors,
        provenance_rank
    from {{ ref('int_transfer__by_unit') }}
    where event_type <> 'TOTAL'
)

select
    measure,
    unit_code,
    period,
    event_type,
    value,
    contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
