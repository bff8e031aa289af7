{{ config(slice_by=['period', 'main_source'], slice_scope='affected') }}

with observation as (
    select
        indicator_code,
        geo_code,
        period,
        main_source
    from {{ ref('fct_indicator_observation') }}
    where {{ in_slice_of('period', 'main_source', 'affected') }}
),

indicator as (
    select
        indicator_code,
        kind
    from {{ source('vocabulary', 'indicator') }}
),

part as (
    select
        indicator_code,
        part,
        measure_code
    from {{ source('vocabulary', 'indicator_part') }}
),

month as (
    select
        period,
        previous_year_period
    from {{ ref('int_period__observed') }}
),

used as (
    select
        measure_code,
        source,
        geo_code,
        period,
        file_sha256,
        cast(sum(rows_used) as bigint) as rows_used
    from {{ ref('int_measure__by_unit') }}
    where file_sha256 is not null
    group by measure_code, source, geo_code, period, file_sha256
),

placed as (
    select
        measure_code,
        source,
        geo_code,
        period,
        file_sha256,
        rows_used
    from used
    union all
    select
        measure_code,
        source,
        'IR' as geo_code,
        period,
        file_sha256,
        rows_used
    from used
),

-- the parts of a growth are this month and the same month a year before; those of a median are counted records
traced as (
    select
        indicator.indicator_code,
        part.part,
        part.measure_code,
        indicator.kind = 'growth' and part.part = 'DENOMINATOR' as is_of_previous_year
    from indicator
    inner join part on indicator.indicator_code = part.indicator_code
    where indicator.kind <> 'median'
    union all
    select
        indicator.indicator_code,
        'NUMERATOR' as part,
        part.measure_code,
        true as is_of_previous_year
    from indicator
    inner join part on indicator.indicator_code = part.indicator_code
    where indicator.kind = 'growth' and part.part = 'DENOMINATOR'
    union all
    select
        indicator_code,
        'NUMERATOR' as part,
        'transfer_file_activated' as measure_code,
        false as is_of_previous_year
    from indicator
    where kind = 'median'
    union all
    select
        indicator_code,
        'DENOMINATOR' as part,
        'transfer_file_referred' as measure_code,
        false as is_of_previous_year
    from indicator
    where kind = 'median'
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
        cast(sum(placed.rows_used) as bigint) as rows_used
    from observation
    inner join traced on observation.indicator_code = traced.indicator_code
    inner join month on observation.period = month.period
    inner join placed
        on
            traced.measure_code = placed.measure_code
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
    rows_used
from final
