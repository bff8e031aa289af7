with transfer as (
    select * from {{ ref('int_transfer__cohort') }}
    where not is_cancelled
),

counted as (
    select
        'transfer_file_referred' as measure_code,
        unit_code,
        period,
        referred_file_sha256 as file_sha256,
        1 as value,
        1 as rows_used,
        provenance_rank
    from transfer
    union all
    select
        'transfer_file_activated' as measure_code,
        unit_code,
        period,
        activated_file_sha256 as file_sha256,
        case when is_activated then 1 else 0 end as value,
        case when is_activated then 1 else 0 end as rows_used,
        provenance_rank
    from transfer
),

final as (
    select
        measure_code,
        'pension_transfer' as source,
        unit_code,
        period,
        file_sha256,
        cast(sum(value) as bigint) as value,
        cast(sum(rows_used) as bigint) as rows_used,
        max(provenance_rank) as provenance_rank
    from counted
    group by measure_code, unit_code, period, file_sha256
)

select
    measure_code,
    source,
    unit_code,
    period,
    file_sha256,
    value,
    rows_used,
    provenance_rank
from final
