{{ config(slice_by='period', slice_scope='affected', slice_source='scan_index') }}

with final as (
    select
        measure,
        unit_code,
        period,
        workflow,
        step,
        value,
        contributors,
        provenance_rank
    from {{ ref('int_scan__by_unit') }}
    where workflow <> 'TOTAL' and step <> 'TOTAL'
)

select
    measure,
    unit_code,
    period,
    workflow,
    step,
    value,
    contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
