{{ config(slice_by='period', slice_scope='affected', slice_source='pension_transfer') }}

with final as (
    select
        origin_unit_code as unit_code,
        addressed_unit_code as destination_unit_code,
        period,
        count(*) as transfers,
        count(activated_event_pid) as transfers_activated,
        max(provenance_rank) as provenance_rank
    from {{ ref('int_transfer__case') }}
    where {{ in_slice('period', 'affected', 'pension_transfer') }}
    group by origin_unit_code, addressed_unit_code, period
)

select
    unit_code,
    destination_unit_code,
    period,
    transfers,
    transfers_activated,
    {{ provenance_text('provenance_rank') }} as provenance
from final
