with pair as (
    select
        unit_code,
        geo_code,
        period,
        source,
        is_reported
    from {{ ref('int_reporting__by_unit') }}
    where file_order = 1
),

final as (
    select
        period,
        source,
        {{ or_total('geo_code', 'IR') }} as geo_code,
        count(*) as units_obliged,
        count(*) filter (where is_reported) as units_reported
    from pair
    group by {{ grouping_sets(['period', 'source'], [['geo_code'], []]) }}
)

select
    period,
    source,
    geo_code,
    units_obliged,
    units_reported
from final
