{{ config(slice_by=['period', 'main_source'], slice_scope='figure') }}

with observation as (
    select
        indicator_code,
        version,
        area_code as geo_code,
        period,
        main_source
    from {{ ref('int_indicator__by_area') }}
    where area_kind in ('PROVINCE', 'COUNTRY') and is_official and months = 1
),

indicator as (
    select
        indicator_code,
        version,
        kind
    from {{ source('vocabulary', 'indicator') }}
),

part as (
    select
        indicator_code,
        version,
        replace(part, '_PER', '') as part,
        measure_code
    from {{ source('vocabulary', 'indicator_part') }}
),

month as (
    select
        period,
        previous_year_period
    from {{ source('vocabulary', 'period_span') }}
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
    inner join month on observation.period = month.period
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
