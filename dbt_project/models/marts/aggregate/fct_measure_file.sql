{{ config(slice_by=['period', 'source'], slice_scope='affected') }}

with measured as (
    select
        measure_code,
        false as is_of_closed,
        source,
        geo_code,
        period,
        file_sha256,
        rows_used
    from {{ ref('int_measure__by_unit') }}
),

record as (
    select * from {{ ref('fct_duration') }}
    where {{ in_slice_of('period', 'source', 'affected') }}
),

-- a closed record was closed by a row of its own file or of another
used as (
    select * from measured
    union all
    select
        measure_code,
        false as is_of_closed,
        source,
        geo_code,
        period,
        file_sha256,
        1 as rows_used
    from record
    union all
    select
        measure_code,
        true as is_of_closed,
        source,
        geo_code,
        period,
        coalesce(closing_file_sha256, file_sha256) as file_sha256,
        1 as rows_used
    from record
    where is_closed
),

final as (
    select
        measure_code,
        is_of_closed,
        source,
        geo_code,
        period,
        file_sha256,
        sum(rows_used) as rows_used
    from used
    where file_sha256 is not null
    group by measure_code, is_of_closed, source, geo_code, period, file_sha256
)

select
    measure_code,
    is_of_closed,
    source,
    geo_code,
    period,
    file_sha256,
    cast(rows_used as bigint) as rows_used
from final
