-- records of the same length are one row with their number, so that a median is found by counting, not by sorting
with record as (
    select
        measure_code,
        unit_code,
        directorate_code,
        geo_code,
        period as month,
        days,
        is_closed,
        count(*) as records,
        max({{ provenance_rank('provenance') }}) as provenance_rank
    from {{ ref('fct_duration') }}
    where {{ in_figure_months('period') }}
    group by measure_code, unit_code, directorate_code, geo_code, period, days, is_closed
),

span as (
    select
        period,
        month
    from {{ source('vocabulary', 'period_month') }}
    where {{ in_slice('period', 'figure_read') }}
),

-- every record counts once in each area that it lies in, never through a median of theirs
by_month as (
    {%- for area_kind, area_code in [
        ('UNIT', 'unit_code'), ('DIRECTORATE', 'directorate_code'), ('PROVINCE', 'geo_code'), ('COUNTRY', "'IR'")
    ] %}
    select
        measure_code,
        '{{ area_kind }}' as area_kind,
        {{ area_code }} as area_code,
        month,
        days,
        is_closed,
        sum(records) as records,
        max(provenance_rank) as provenance_rank
    from record
    where {{ area_code }} is not null {{ "and geo_code <> 'IR'" if area_kind == 'PROVINCE' }}
    group by measure_code{{ ', ' ~ area_code if area_kind != 'COUNTRY' }}, month, days, is_closed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        by_month.measure_code,
        by_month.area_kind,
        by_month.area_code,
        span.period,
        by_month.days,
        sum(by_month.records) as records,
        sum(case when by_month.is_closed then by_month.records else 0 end) as records_closed,
        max(by_month.provenance_rank) as provenance_rank
    from by_month
    inner join span on by_month.month = span.month
    group by by_month.measure_code, by_month.area_kind, by_month.area_code, span.period, by_month.days
),

cohort as (
    select
        measure_code,
        area_kind,
        area_code,
        period,
        sum(records) as records,
        sum(records_closed) as records_closed,
        max(provenance_rank) as provenance_rank
    from counted
    group by measure_code, area_kind, area_code, period
),

-- records still open rank last: they took longer than any that is closed
ranked as (
    select
        measure_code,
        area_kind,
        area_code,
        period,
        days,
        records,
        sum(records) over (
            partition by measure_code, area_kind, area_code, period order by days nulls last
            rows between unbounded preceding and current row
        ) as last_position
    from counted
),

-- the middle record, or the two in the middle: how many of each length are among them
middle_length as (
    select
        ranked.measure_code,
        ranked.area_kind,
        ranked.area_code,
        ranked.period,
        ranked.days,
        least(ranked.last_position, floor(cast(cohort.records as double) / 2) + 1)
        - greatest(ranked.last_position - ranked.records, ceil(cast(cohort.records as double) / 2) - 1) as middles
    from ranked
    inner join cohort
        on
            ranked.measure_code = cohort.measure_code
            and ranked.area_kind = cohort.area_kind
            and ranked.area_code = cohort.area_code
            and ranked.period = cohort.period
),

middle as (
    select
        measure_code,
        area_kind,
        area_code,
        period,
        case when count(days) = count(*) then cast(sum(days * middles) as double) / sum(middles) end as value
    from middle_length
    where middles > 0
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
