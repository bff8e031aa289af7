with measure as (
    select
        measure_code,
        unit_code,
        directorate_code,
        geo_code,
        period,
        value,
        contributors,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('fct_measure') }}
    where {{ in_figure_months('period') }} and {{ is_measure_read('measure_code', 'period', 'month') }}
),

-- each area is the sum over its units where they stood in the month, never an average of smaller areas
summed as (
    select
        measure_code,
        case
            when grouping(directorate_code) = 0 then 'DIRECTORATE'
            when grouping(geo_code) = 0 then 'PROVINCE'
            else 'COUNTRY'
        end as area_kind,
        case
            when grouping(directorate_code) = 0 then directorate_code
            when grouping(geo_code) = 0 then geo_code
            else 'IR'
        end as area_code,
        period,
        sum(value) as value,
        case when count(contributors) > 0 then sum(contributors) end as contributors,
        max(provenance_rank) as provenance_rank
    from measure
    group by {{ grouping_sets(['measure_code', 'period'], [['directorate_code'], ['geo_code'], []]) }}
),

-- a unit has one row a measure and month as it is
final as (
    select
        measure_code,
        'UNIT' as area_kind,
        unit_code as area_code,
        period,
        value,
        contributors,
        provenance_rank
    from measure
    union all
    select
        measure_code,
        area_kind,
        area_code,
        period,
        value,
        contributors,
        provenance_rank
    from summed
    where area_code is not null and (area_kind <> 'PROVINCE' or area_code <> 'IR')
)

select
    measure_code,
    area_kind,
    area_code,
    period,
    cast(value as decimal(38, 3)) as value,
    cast(contributors as bigint) as contributors,
    provenance_rank
from final
