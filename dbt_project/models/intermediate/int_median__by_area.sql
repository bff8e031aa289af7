with record as (
    select
        measure_code,
        unit_code,
        directorate_code,
        geo_code,
        period as month,
        days,
        is_closed,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('fct_duration') }}
    where {{ in_figure_months('period') }}
),

span as (
    select
        period,
        month
    from {{ source('vocabulary', 'period_month') }}
    where {{ in_slice('period', 'figure_read') }}
),

-- every record counts once in each area and period that it lies in, never through a median of theirs
placed as (
    {%- for area_kind, area_code in [
        ('UNIT', 'unit_code'), ('DIRECTORATE', 'directorate_code'), ('PROVINCE', 'geo_code'), ('COUNTRY', "'IR'")
    ] %}
    select
        record.measure_code,
        '{{ area_kind }}' as area_kind,
        {{ area_code }} as area_code,
        span.period,
        record.days,
        record.is_closed,
        record.provenance_rank
    from record
    inner join span on record.month = span.month
    where {{ area_code }} is not null {{ "and geo_code <> 'IR'" if area_kind == 'PROVINCE' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- records still open rank last: they took longer than any that is closed
ranked as (
    select
        *,
        row_number() over (
            partition by measure_code, area_kind, area_code, period order by days nulls last
        ) as position_in_cohort,
        count(*) over (partition by measure_code, area_kind, area_code, period) as records
    from placed
),

-- the middle record, or the two in the middle
middle as (
    select
        measure_code,
        area_kind,
        area_code,
        period,
        case when count(days) = count(*) then cast(sum(days) as double) / count(*) end as value
    from ranked
    where position_in_cohort between cast(records as double) / 2 and cast(records as double) / 2 + 1
    group by measure_code, area_kind, area_code, period
),

cohort as (
    select
        measure_code,
        area_kind,
        area_code,
        period,
        count(*) as records,
        count(*) filter (where is_closed) as records_closed,
        max(provenance_rank) as provenance_rank
    from ranked
    group by measure_code, area_kind, area_code, period
),

final as (
    select
        cohort.measure_code,
        cohort.area_kind,
        cohort.area_code,
        cohort.period,
        middle.value,
        cast(cohort.records_closed as decimal(38, 3)) as numerator,
        cast(cohort.records as decimal(38, 3)) as denominator,
        cast(cohort.records as bigint) as contributors,
        cohort.records_closed = cohort.records as is_complete,
        cohort.provenance_rank
    from cohort
    inner join middle
        on
            cohort.measure_code = middle.measure_code
            and cohort.area_kind = middle.area_kind
            and cohort.area_code = middle.area_code
            and cohort.period = middle.period
)

select
    measure_code,
    area_kind,
    area_code,
    period,
    value,
    numerator,
    denominator,
    contributors,
    is_complete,
    provenance_rank
from final
