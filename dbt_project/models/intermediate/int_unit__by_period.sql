with unit as (
    select
        unit_code,
        kind,
        directorate_code,
        geo_code,
        valid_from,
        valid_to
    from {{ source('vocabulary', 'unit') }}
),

month as (
    select
        period,
        period_end
    from {{ ref('int_period__observed') }}
),

matched as (
    select
        month.period,
        unit.unit_code,
        unit.kind,
        unit.directorate_code,
        unit.geo_code,
        unit.valid_from,
        unit.valid_from <= month.period_end
        and (unit.valid_to is null or unit.valid_to >= month.period_end) as is_in_force
    from unit
    cross join month
),

-- a figure of a unit that is not in force is kept, under the office and province of the unit's latest entry
ranked as (
    select
        *,
        row_number() over (
            partition by period, unit_code
            order by case when is_in_force then 0 else 1 end, valid_from desc nulls last
        ) as choice
    from matched
),

final as (
    select
        period,
        unit_code,
        kind,
        directorate_code,
        geo_code,
        is_in_force
    from ranked
    where choice = 1
)

select
    period,
    unit_code,
    kind,
    directorate_code,
    geo_code,
    is_in_force
from final
