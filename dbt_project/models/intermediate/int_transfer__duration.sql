with transfer as (
    select * from {{ ref('int_transfer__cohort') }}
    where not is_cancelled
),

-- a file still open has no days yet
final as (
    select
        'transfer_days_median' as measure_code,
        'pension_transfer' as source,
        transfer_id as record_id,
        unit_code,
        period,
        days_to_activation as days,
        is_activated as is_closed,
        provenance_rank,
        referred_file_sha256 as file_sha256,
        activated_file_sha256 as closing_file_sha256
    from transfer
)

select
    measure_code,
    source,
    record_id,
    unit_code,
    period,
    cast(days as integer) as days,
    is_closed,
    provenance_rank,
    file_sha256,
    closing_file_sha256
from final
