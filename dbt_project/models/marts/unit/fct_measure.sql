{{ config(slice_by=['period', 'source'], slice_scope='affected') }}

with measure as (
    select
        measure_code,
        source,
        contributor_code
    from {{ source('vocabulary', 'derived_measure') }}
),

counted as (
    select
        measure_code,
        unit_code,
        directorate_code,
        geo_code,
        period,
        min(source) as source,
        cast(sum(value) as bigint) as value,
        max(provenance_rank) as provenance_rank
    from {{ ref('int_measure__by_unit') }}
    group by measure_code, unit_code, directorate_code, geo_code, period
),

-- counts of reporters stand under the source that is reported to
final as (
    select
        counted.measure_code,
        case when measure.source = 'reporting' then counted.source else measure.source end as source,
        counted.unit_code,
        counted.directorate_code,
        counted.geo_code,
        counted.period,
        counted.value,
        behind.value as contributors,
        counted.provenance_rank
    from counted
    inner join measure on counted.measure_code = measure.measure_code
    left join counted as behind
        on
            measure.contributor_code = behind.measure_code
            and counted.unit_code = behind.unit_code
            and counted.period = behind.period
)

select
    measure_code,
    source,
    unit_code,
    directorate_code,
    geo_code,
    period,
    value,
    contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
