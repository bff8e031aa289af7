with transfer as (
    select
        period,
        unit_code,
        days_to_activation,
        is_activated,
        provenance_rank
    from {{ ref('int_transfer__cohort') }}
    where not is_cancelled
),

unit as (
    select
        period,
        unit_code,
        geo_code
    from {{ ref('int_unit__by_period') }}
),

-- every file counts once in its province and once in the country
placed as (
    select
        unit.geo_code,
        transfer.*
    from transfer
    inner join unit on transfer.unit_code = unit.unit_code and transfer.period = unit.period
    union all
    select
        'IR' as geo_code,
        transfer.*
    from transfer
    inner join unit on transfer.unit_code = unit.unit_code and transfer.period = unit.period
),

-- files still open rank last: they took longer than any that is closed
ranked as (
    select
        geo_code,
        period,
        days_to_activation,
        is_activated,
        provenance_rank,
        row_number() over (
            partition by geo_code, period order by days_to_activation nulls last
        ) as position_in_cohort,
        count(*) over (partition by geo_code, period) as files
    from placed
),

-- the middle file, or the two in the middle
middle as (
    select
        geo_code,
        period,
        case
            when count(days_to_activation) = count(*)
                then cast(sum(days_to_activation) as double) / count(*)
        end as value
    from ranked
    where position_in_cohort between cast(files as double) / 2 and cast(files as double) / 2 + 1
    group by geo_code, period
),

cohort as (
    select
        geo_code,
        period,
        count(*) as files_referred,
        count(*) filter (where is_activated) as files_activated,
        max(provenance_rank) as provenance_rank
    from ranked
    group by geo_code, period
),

final as (
    select
        'transfer_days_median' as measure_code,
        cohort.geo_code,
        cohort.period,
        middle.value,
        cast(cohort.files_activated as decimal(38, 3)) as numerator,
        cast(cohort.files_referred as decimal(38, 3)) as denominator,
        cast(cohort.files_referred as bigint) as contributors,
        cohort.files_activated = cohort.files_referred as is_complete,
        cohort.provenance_rank
    from cohort
    inner join middle on cohort.geo_code = middle.geo_code and cohort.period = middle.period
)

select
    measure_code,
    geo_code,
    period,
    value,
    numerator,
    denominator,
    contributors,
    is_complete,
    provenance_rank
from final
