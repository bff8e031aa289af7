{{ config(slice_by=['period', 'main_source'], slice_scope='affected') }}

with indicator as (
    select * from {{ source('vocabulary', 'indicator') }}
),

part as (
    select
        indicator_code,
        part,
        measure_code
    from {{ source('vocabulary', 'indicator_part') }}
),

observed as (
    select
        period,
        previous_year_period,
        provenance_rank
    from {{ ref('int_period__observed') }}
    where {{ in_slice('period', 'affected') }}
),

geo as (
    select geo_code from {{ ref('dim_geo') }}
),

measure as (
    select * from {{ ref('int_measure__by_geo') }}
),

median as (
    select * from {{ ref('int_median__by_geo') }}
),

cell as (
    select
        indicator.indicator_code,
        indicator.kind,
        indicator.main_source,
        indicator.scale,
        indicator.version,
        indicator.obs_status,
        indicator.note_code,
        geo.geo_code,
        observed.period,
        observed.previous_year_period,
        observed.provenance_rank
    from indicator
    cross join geo
    cross join observed
    where
        (indicator.valid_from is null or indicator.valid_from <= observed.period)
        and {{ in_slice_of('observed.period', 'indicator.main_source', 'affected') }}
),

-- growth is measured against the same month of the year before
wanted as (
    select
        cell.indicator_code,
        cell.geo_code,
        cell.period,
        part.part,
        part.measure_code,
        case
            when cell.kind = 'growth' and part.part = 'DENOMINATOR' then cell.previous_year_period
            else cell.period
        end as measure_period
    from cell
    inner join part on cell.indicator_code = part.indicator_code
    where cell.kind <> 'median'
),

-- a part of which any measure is missing is missing
found as (
    select
        wanted.indicator_code,
        wanted.geo_code,
        wanted.period,
        case
            when
                count(measure.value) filter (where wanted.part = 'NUMERATOR')
                = count(*) filter (where wanted.part = 'NUMERATOR')
                then sum(measure.value) filter (where wanted.part = 'NUMERATOR')
        end as numerator,
        case
            when
                count(measure.value) filter (where wanted.part = 'DENOMINATOR')
                = count(*) filter (where wanted.part = 'DENOMINATOR')
                then sum(measure.value) filter (where wanted.part = 'DENOMINATOR')
        end as denominator,
        case when count(measure.contributors) = count(*) then min(measure.contributors) end as contributors,
        count(*) filter (where not measure.is_complete) = 0 as is_complete,
        max(measure.provenance_rank) as provenance_rank
    from wanted
    left join measure
        on
            wanted.measure_code = measure.measure_code
            and wanted.geo_code = measure.geo_code
            and wanted.measure_period = measure.period
    group by wanted.indicator_code, wanted.geo_code, wanted.period
),

counted as (
    select
        cell.indicator_code,
        cell.kind,
        cell.main_source,
        cell.scale,
        cell.version,
        cell.obs_status,
        cell.note_code,
        cell.geo_code,
        cell.period,
        case when cell.kind = 'growth' then found.numerator - found.denominator else found.numerator end as numerator,
        found.denominator,
        found.contributors,
        found.is_complete,
        cast(null as double) as median,
        coalesce(found.provenance_rank, cell.provenance_rank) as provenance_rank
    from cell
    inner join found
        on
            cell.indicator_code = found.indicator_code
            and cell.geo_code = found.geo_code
            and cell.period = found.period
    union all
    select
        cell.indicator_code,
        cell.kind,
        cell.main_source,
        cell.scale,
        cell.version,
        cell.obs_status,
        cell.note_code,
        cell.geo_code,
        cell.period,
        median.numerator,
        median.denominator,
        median.contributors,
        coalesce(median.is_complete, true) as is_complete,
        median.value as median,
        coalesce(median.provenance_rank, cell.provenance_rank) as provenance_rank
    from cell
    inner join part on cell.indicator_code = part.indicator_code and part.part = 'NUMERATOR'
    left join median
        on
            part.measure_code = median.measure_code
            and cell.geo_code = median.geo_code
            and cell.period = median.period
    where cell.kind = 'median'
),

divided as (
    select
        *,
        case
            when kind = 'median' then median
            when kind = 'flow' then cast(numerator as double) * scale
            when denominator <> 0 then cast(numerator as double) * scale / cast(denominator as double)
        end as value
    from counted
),

final as (
    select
        *,
        case
            when value is null then 'O'
            when obs_status <> 'A' then obs_status
            when not is_complete then 'P'
            else 'A'
        end as status
    from divided
)

select
    indicator_code,
    geo_code,
    period,
    main_source,
    version as definition_version,
    value,
    cast(numerator as decimal(38, 3)) as numerator,
    cast(denominator as decimal(38, 3)) as denominator,
    contributors,
    status as obs_status,
    note_code,
    {{ provenance_text('provenance_rank') }} as provenance
from final
