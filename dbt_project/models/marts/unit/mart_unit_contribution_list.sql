{{ config(slice_by='period', slice_scope='affected', slice_source='contribution_list') }}

with final as (
    select
        measure,
        unit_code,
        period,
        rule_code,
        value,
        contributors,
        provenance_rank
    from {{ ref('int_list__cell') }}
)

select
    measure,
    unit_code,
    period,
    rule_code,
    value,
    contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
