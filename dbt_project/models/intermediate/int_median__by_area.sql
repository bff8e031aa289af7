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
    where {{ in_figure_months('period') }} and {{ is_measure_read('measure_code', 'period', 'month') }}
),

span as (
    select
        period,
        month
    from {{ source('vocabulary', 'period_month') }}
    where {{ in_slice('period', 'figure') }}
),

-- records of the same length are one row with their number, so that a median is found by counting, not by sorting;
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
        count(*) as records,
        max(provenance_rank) as provenance_rank
    from record
    where {{ area_code }} is not null {{ "and geo_code <> 'IR'" if area_kind == 'PROVINCE' }}
    group by measure_code{{ ', ' ~ area_code if area_kind != 'COUNTRY' }}, month, days, is_closed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- measures of areas go by number until the end: a number is grouped and sorted at less cost than names
series as (
    select
        measure_code,
        area_kind,
        area_code,
        row_number() over (
            order by measure_code nulls last, area_kind nulls last, area_code nulls last
        ) as series_number
    from by_month
    group by measure_code, area_kind, area_code
),

counted as (
    select
        series.series_number,
        span.period,
        by_month.days,
        sum(by_month.records) as records,
        sum(case when by_month.is_closed then by_month.records else 0 end) as records_closed,
        max(by_month.provenance_rank) as provenance_rank
    from by_month
    inner join series
        on
            by_month.measure_code = series.measure_code
            and by_month.area_kind = series.area_kind
            and by_month.area_code = series.area_code
    inner join span on by_month.month = span.month
    where {{ is_measure_read('by_month.measure_code', 'span.period', 'period') }}
    group by series.series_number, span.period, by_month.days
),

cohort as (
    select
        series_number,
        period,
        sum(records) as records,
        sum(records_closed) as records_closed,
        max(provenance_rank) as provenance_rank
    from counted
    group by series_number, period
),

-- records still open rank last: they took longer than any that is closed
ranked as (
    select
        series_number,
        period,
        days,
        records,
        sum(records) over (
            partition by series_number, period order by days nulls last
            rows between unbounded preceding and current row
        ) as last_position
    from counted
),

-- the middle record, or the two in the middle: how many of each length are among them
middle_length as (
    select
        ranked.series_number,
        ranked.period,
        ranked.days,
        least(ranked.last_position, floor(cast(cohort.records as double) / 2) + 1)
        - greatest(ranked.last_position - ranked.records, ceil(cast(cohort.records as double) / 2) - 1) as middles
    from ranked
    inner join cohort on ranked.series_number = cohort.series_number and ranked.period = cohort.period
),

middle as (
    select
        series_number,
        period,
        case when count(days) = count(*) then cast(sum(days * middles) as double) / sum(middles) end as value
    from middle_length
    where middles > 0
    group by series_number, period
),

final as (
    select
        series.measure_code,
        series.area_kind,
        series.area_code,
        cohort.period,
        middle.value,
        cast(cohort.records_closed as decimal(38, 3)) as numerator,
        cast(cohort.records as decimal(38, 3)) as denominator,
        cast(cohort.records as bigint) as contributors,
        cohort.records_closed = cohort.records as is_complete,
        cohort.provenance_rank
    from cohort
    inner join series on cohort.series_number = series.series_number
    inner join middle on cohort.series_number = middle.series_number and cohort.period = middle.period
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
