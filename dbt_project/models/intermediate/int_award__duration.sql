with award as (
    select * from {{ ref('stg_mis__award') }}
    where {{ in_slice('period', 'affected', 'mis') }}
),

-- a lump sum is no pension; a listed order is closed by what it is
final as (
    select
        'award_days_median' as measure_code,
        'mis' as source,
        order_pid as record_pid,
        unit_code,
        period,
        cast({{ days_between('claim_date', 'order_date') }} as integer) as days,
        true as is_closed,
        {{ provenance_rank('provenance') }} as provenance_rank,
        file_sha256,
        {{ null_text() }} as closing_file_sha256
    from award
    where pension_kind <> 'LUMP_SUM_IMPAIRMENT'
)

select
    measure_code,
    source,
    record_pid,
    unit_code,
    period,
    days,
    is_closed,
    provenance_rank,
    file_sha256,
    closing_file_sha256
from final
