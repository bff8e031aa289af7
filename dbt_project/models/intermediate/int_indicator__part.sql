with indicator as (
    select
        indicator_code,
        version,
        kind,
        main_source,
        row_number() over (order by indicator_code nulls last, version nulls last) as definition_number
    from {{ source('vocabulary', 'indicator') }}
),

-- definitions go by number until the end: figures are many, and a number is grouped at less cost than names
part as (
    select
        indicator.definition_number,
        indicator.indicator_code,
        indicator.version,
        indicator.main_source,
        part.part,
        part.measure_code,
        derived.source,
        derived.over_time = 'end' as is_at_end,
        indicator.kind = 'growth' and part.part = 'DENOMINATOR' as is_base
    from {{ source('vocabulary', 'indicator_part') }} as part
    inner join indicator on part.indicator_code = indicator.indicator_code and part.version = indicator.version
    inner join {{ source('vocabulary', 'derived_measure') }} as derived on part.measure_code = derived.measure_code
),

needed as (
    select
        definition_number,
        indicator_code,
        version,
        count(*) filter (where part in ('NUMERATOR', 'NUMERATOR_PER')) as numerators,
        count(*) filter (where part in ('DENOMINATOR', 'DENOMINATOR_PER')) as denominators,
        count(*) filter (where part = 'NUMERATOR_PER') > 0 as is_averaged
    from part
    group by definition_number, indicator_code, version
),

-- reports count where the figure uses them: of a stock at the end, those of the last month
source_used as (
    select
        definition_number,
        main_source,
        source,
        is_base,
        max(case when is_at_end then 0 else 1 end) = 0 as is_at_end
    from part
    group by definition_number, main_source, source, is_base
),

measure as (
    select * from {{ ref('int_measure__over_time') }}
),

reporting as (
    select * from {{ ref('int_reporting__by_area') }}
),

median as (
    select * from {{ ref('int_median__by_area') }}
),

span as (
    select
        period,
        next_year_period
    from {{ source('vocabulary', 'period_span') }}
),

-- growth is measured against the same period of the year before
found as (
    select
        part.definition_number,
        part.main_source,
        measure.area_kind,
        measure.area_code,
        case when part.is_base then span.next_year_period else measure.period end as period,
        part.part,
        measure.value,
        measure.contributors,
        cast(null as bigint) as units_obliged,
        cast(null as bigint) as units_reported,
        cast(null as double) as median,
        cast(null as decimal(38, 3)) as records,
        0 as is_open,
        measure.provenance_rank
    from part
    inner join measure on part.measure_code = measure.measure_code
    inner join span on measure.period = span.period
    union all
    select
        source_used.definition_number,
        source_used.main_source,
        reporting.area_kind,
        reporting.area_code,
        case when source_used.is_base then span.next_year_period else reporting.period end as period,
        {{ null_text() }} as part,
        null as value,
        null as contributors,
        case when source_used.is_at_end then reporting.units_obliged_at_end else reporting.units_obliged end
            as units_obliged,
        case when source_used.is_at_end then reporting.units_reported_at_end else reporting.units_reported end
            as units_reported,
        null as median,
        null as records,
        0 as is_open,
        null as provenance_rank
    from source_used
    inner join reporting on source_used.source = reporting.source
    inner join span on reporting.period = span.period
    union all
    select
        part.definition_number,
        part.main_source,
        median.area_kind,
        median.area_code,
        median.period,
        part.part,
        median.numerator as value,
        median.contributors,
        null as units_obliged,
        null as units_reported,
        median.value as median,
        median.denominator as records,
        case when median.is_complete then 0 else 1 end as is_open,
        median.provenance_rank
    from part
    inner join median on part.measure_code = median.measure_code
),

summed as (
    select
        definition_number,
        area_kind,
        area_code,
        period,
        count(value) filter (where part in ('NUMERATOR', 'NUMERATOR_PER')) as numerators,
        count(value) filter (where part in ('DENOMINATOR', 'DENOMINATOR_PER')) as denominators,
        sum(value) filter (where part = 'NUMERATOR') as numerator,
        sum(value) filter (where part = 'NUMERATOR_PER') as numerator_per,
        sum(value) filter (where part = 'DENOMINATOR') as denominator,
        sum(value) filter (where part = 'DENOMINATOR_PER') as denominator_per,
        count(contributors) as contributors_known,
        min(contributors) as contributors,
        sum(units_obliged) as units_obliged,
        sum(units_reported) as units_reported,
        max(median) as median,
        max(records) as records,
        max(is_open) as is_open,
        max(provenance_rank) as provenance_rank
    from found
    where {{ in_slice_of('period', 'main_source', 'figure') }}
    group by definition_number, area_kind, area_code, period
),

-- a part of which any measure is missing is missing; of a median the denominator is the records; of two averages each
-- part is one, to three decimals
final as (
    select
        needed.indicator_code,
        needed.version,
        summed.area_kind,
        summed.area_code,
        summed.period,
        case
            when summed.numerators <> needed.numerators then null
            when not needed.is_averaged then summed.numerator
            when summed.numerator_per <> 0
                then cast(cast(summed.numerator as double) / cast(summed.numerator_per as double) as decimal(38, 3))
        end as numerator,
        case
            when summed.records is not null then summed.records
            when summed.denominators <> needed.denominators then null
            when not needed.is_averaged then summed.denominator
            when summed.denominator_per <> 0
                then cast(cast(summed.denominator as double) / cast(summed.denominator_per as double) as decimal(38, 3))
        end as denominator,
        case
            when summed.contributors_known = needed.numerators + needed.denominators then summed.contributors
        end as contributors,
        summed.units_obliged,
        summed.units_reported,
        summed.median,
        summed.is_open = 0 and coalesce(summed.units_reported = summed.units_obliged, true) as is_complete,
        summed.provenance_rank
    from summed
    inner join needed on summed.definition_number = needed.definition_number
)

select
    indicator_code,
    version,
    area_kind,
    area_code,
    period,
    cast(numerator as decimal(38, 3)) as numerator,
    cast(denominator as decimal(38, 3)) as denominator,
    contributors,
    cast(units_obliged as bigint) as units_obliged,
    cast(units_reported as bigint) as units_reported,
    median,
    is_complete,
    provenance_rank
from final
