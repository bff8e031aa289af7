{{ config(slice_by=['period', 'main_source'], slice_scope='figure') }}

with indicator as (
    select
        indicator_code,
        version,
        kind,
        shortest_months
    from {{ source('vocabulary', 'indicator') }}
),

-- the files of a longer period are those of its months, and are noted only where the months have no figure
observation as (
    select
        cell.indicator_code,
        cell.version,
        cell.area_code as geo_code,
        cell.period,
        cell.main_source
    from {{ ref('int_indicator__by_area') }} as cell
    inner join indicator on cell.indicator_code = indicator.indicator_code and cell.version = indicator.version
    where
        cell.area_kind in ('PROVINCE', 'COUNTRY')
        and cell.is_official
        and (cell.months = 1 or indicator.shortest_months > 1)
),

part as (
    select
        part.indicator_code,
        part.version,
        replace(part.part, '_PER', '') as part,
        part.measure_code,
        derived.over_time = 'end' as is_at_end
    from {{ source('vocabulary', 'indicator_part') }} as part
    inner join {{ source('vocabulary', 'derived_measure') }} as derived on part.measure_code = derived.measure_code
),

month as (
    select
        span_month.period as of_period,
        span_month.is_last,
        span_month.month as period,
        month_span.previous_year_period
    from {{ source('vocabulary', 'period_month') }} as span_month
    inner join {{ source('vocabulary', 'period_span') }} as month_span on span_month.month = month_span.period
),

used as (
    select
        measure_code,
        is_of_closed,
        source,
        geo_code,
        period,
        file_sha256,
        rows_used
    from {{ ref('fct_measure_file') }}
    where {{ in_figure_months('period') }}
),

placed as (
    select
        measure_code,
        is_of_closed,
        source,
        geo_code,
        period,
        file_sha256,
        rows_used
    from used
    union all
    select
        measure_code,
        is_of_closed,
        source,
        'IR' as geo_code,
        period,
        file_sha256,
        rows_used
    from used
),

-- the parts of a growth are this month and the same month a year before; those of a median the records closed, and all
traced as (
    select
        indicator.indicator_code,
        indicator.version,
        part.part,
        part.measure_code,
        part.is_at_end,
        indicator.kind = 'growth' and part.part = 'DENOMINATOR' as is_of_previous_year,
        indicator.kind = 'median' as is_of_closed
    from indicator
    inner join part on indicator.indicator_code = part.indicator_code and indicator.version = part.version
    union all
    select
        indicator.indicator_code,
        indicator.version,
        case when indicator.kind = 'growth' then 'NUMERATOR' else 'DENOMINATOR' end as part,
        part.measure_code,
        part.is_at_end,
        indicator.kind = 'growth' as is_of_previous_year,
        false as is_of_closed
    from indicator
    inner join part on indicator.indicator_code = part.indicator_code and indicator.version = part.version
    where
        (indicator.kind = 'growth' and part.part = 'DENOMINATOR')
        or (indicator.kind = 'median' and part.part = 'NUMERATOR')
),

final as (
    select
        observation.indicator_code,
        observation.geo_code,
        observation.period,
        observation.main_source,
        traced.part,
        placed.source,
        placed.file_sha256,
        sum(placed.rows_used) as rows_used
    from observation
    inner join traced
        on observation.indicator_code = traced.indicator_code and observation.version = traced.version
    inner join month on observation.period = month.of_period and (month.is_last or not traced.is_at_end)
    inner join placed
        on
            traced.measure_code = placed.measure_code
            and traced.is_of_closed = placed.is_of_closed
            and observation.geo_code = placed.geo_code
            and case when traced.is_of_previous_year then month.previous_year_period else month.period end
            = placed.period
    group by
        observation.indicator_code, observation.geo_code, observation.period, observation.main_source,
        traced.part, placed.source, placed.file_sha256
)

select
    indicator_code,
    geo_code,
    period,
    main_source,
    part,
    source,
    file_sha256,
    cast(rows_used as bigint) as rows_used
from final
