with indicator as (
    select
        indicator_code,
        version,
        kind,
        scale,
        obs_status,
        note_code
    from {{ source('vocabulary', 'indicator') }}
),

covered as (
    select * from {{ ref('int_indicator__period') }}
),

part as (
    select * from {{ ref('int_indicator__part') }}
),

geo as (
    select
        geo_kind,
        geo_code
    from {{ ref('dim_geo') }}
),

-- a province or the country has each indicator, computable or not; a unit or office those that it reports for
cell as (
    select
        covered.*,
        geo.geo_kind as area_kind,
        geo.geo_code as area_code,
        part.numerator,
        part.denominator,
        part.median,
        part.contributors,
        part.units_obliged,
        part.units_reported,
        part.is_complete,
        part.provenance_rank as part_rank
    from covered
    cross join geo
    left join part
        on
            covered.indicator_code = part.indicator_code
            and covered.version = part.version
            and covered.period = part.period
            and geo.geo_kind = part.area_kind
            and geo.geo_code = part.area_code
    union all
    select
        covered.*,
        part.area_kind,
        part.area_code,
        part.numerator,
        part.denominator,
        part.median,
        part.contributors,
        part.units_obliged,
        part.units_reported,
        part.is_complete,
        part.provenance_rank as part_rank
    from covered
    inner join part
        on
            covered.indicator_code = part.indicator_code
            and covered.version = part.version
            and covered.period = part.period
    where part.area_kind in ('UNIT', 'DIRECTORATE') and covered.is_official
),

counted as (
    select
        cell.indicator_code,
        cell.version,
        cell.main_source,
        cell.area_kind,
        cell.area_code,
        cell.period,
        cell.months,
        cell.is_official,
        cell.is_break,
        cell.is_only_version,
        indicator.kind,
        indicator.scale,
        indicator.obs_status,
        indicator.note_code,
        case when indicator.kind = 'growth' then cell.numerator - cell.denominator else cell.numerator end as numerator,
        case
            when indicator.kind <> 'flow_per_day' then cell.denominator
            when cell.numerator is not null then cell.days
        end as denominator,
        cell.median,
        cell.contributors,
        cell.units_obliged,
        cell.units_reported,
        coalesce(cell.is_complete, true) as is_complete,
        coalesce(cell.part_rank, cell.provenance_rank) as provenance_rank
    from cell
    inner join indicator on cell.indicator_code = indicator.indicator_code and cell.version = indicator.version
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

-- a missing value is that before all; low reliability by definition and a break of the series stand before provisional,
-- which the coverage beside the value tells too
final as (
    select
        *,
        case
            when value is null then 'O'
            when obs_status <> 'A' then obs_status
            when is_break then 'B'
            when not is_complete then 'P'
            else 'A'
        end as status
    from divided
)

select
    indicator_code,
    version,
    main_source,
    area_kind,
    area_code,
    period,
    months,
    is_official,
    is_only_version,
    value,
    cast(numerator as decimal(38, 3)) as numerator,
    cast(denominator as decimal(38, 3)) as denominator,
    contributors,
    units_obliged,
    units_reported,
    status as obs_status,
    note_code,
    provenance_rank
from final
