with recount as (
    select * from {{ ref('int_scan__recount') }}
),

counted as (
    select
        'scan_file_recounted' as measure_code,
        unit_code,
        period,
        recounted_file_sha256 as file_sha256,
        1 as value,
        provenance_rank
    from recount
    union all
    select
        'scan_file_matched' as measure_code,
        unit_code,
        period,
        recounted_file_sha256 as file_sha256,
        case when is_matched then 1 else 0 end as value,
        provenance_rank
    from recount
    union all
    select
        'scan_file_matched' as measure_code,
        unit_code,
        period,
        counted_file_sha256 as file_sha256,
        0 as value,
        provenance_rank
    from recount
    where counted_file_sha256 is not null
),

final as (
    select
        measure_code,
        'scan_index' as source,
        unit_code,
        period,
        file_sha256,
        cast(sum(value) as bigint) as value,
        cast(count(*) as bigint) as rows_used,
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
