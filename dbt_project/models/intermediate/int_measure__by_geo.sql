with measure as (
    select
        measure_code,
        source,
        geo_code,
        period,
        value,
        provenance_rank
    from {{ ref('int_measure__by_unit') }}
),

reporting as (
    select
        period,
        source,
        geo_code,
        units_obliged,
        units_reported
    from {{ ref('int_reporting__by_geo') }}
),

counted_by as (
    select
        measure_code,
        contributor_code
    from {{ source('vocabulary', 'derived_measure') }}
),

-- the country is the sum over its units, never an average of provinces
summed as (
    select
        measure_code,
        period,
        {{ or_total('geo_code', 'IR') }} as geo_code,
        min(source) as source,
        cast(sum(value) as decimal(38, 3)) as value,
        max(provenance_rank) as provenance_rank
    from measure
    group by {{ grouping_sets(['measure_code', 'period'], [['geo_code'], []]) }}
),

final as (
    select
        summed.measure_code,
        summed.source,
        summed.geo_code,
        summed.period,
        summed.value,
        cast(contributors.value as bigint) as contributors,
        case
            when summed.measure_code in ('unit_reported', 'unit_obliged') then true
            else coalesce(reporting.units_reported = reporting.units_obliged, true)
        end as is_complete,
        summed.provenance_rank
    from summed
    inner join counted_by on summed.measure_code = counted_by.measure_code
    left join summed as contributors
        on
            counted_by.contributor_code = contributors.measure_code
            and summed.geo_code = contributors.geo_code
            and summed.period = contributors.period
    left join reporting
        on
            summed.source = reporting.source
            and summed.geo_code = reporting.geo_code
            and summed.period = reporting.period
)

select
    measure_code,
    source,
    geo_code,
    period,
    value,
    contributors,
    is_complete,
    provenance_rank
from final
