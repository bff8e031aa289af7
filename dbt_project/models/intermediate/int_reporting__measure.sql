with reporting as (
    select * from {{ ref('int_reporting__by_unit') }}
    where source in ('mis', 'smis')
),

-- one contribution of 1 a unit and source, however many files carry its rows
final as (
    select
        'unit_obliged' as measure_code,
        source,
        unit_code,
        period,
        {{ null_text() }} as file_sha256,
        1 as value,
        0 as rows_used,
        provenance_rank
    from reporting
    where file_order = 1
    union all
    select
        'unit_reported' as measure_code,
        source,
        unit_code,
        period,
        case when is_in_time then file_sha256 end as file_sha256,
        case when is_in_time and file_order = 1 then 1 else 0 end as value,
        case when is_in_time then rows_accepted else 0 end as rows_used,
        provenance_rank
    from reporting
    where file_order = 1 or is_in_time
)

select
    measure_code,
    source,
    unit_code,
    period,
    file_sha256,
    cast(value as bigint) as value,
    cast(rows_used as bigint) as rows_used,
    provenance_rank
from final
