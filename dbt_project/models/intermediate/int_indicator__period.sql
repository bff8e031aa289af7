with indicator as (
    select * from {{ source('vocabulary', 'indicator') }}
),

indicator_source as (
    select
        indicator_code,
        version,
        source
    from {{ source('vocabulary', 'indicator_source') }}
),

span as (
    select * from {{ source('vocabulary', 'period_span') }}
),

held as (
    select * from {{ ref('int_period__held') }}
),

-- the periods of which every source of the indicator is held
held_by_all as (
    select
        indicator_source.indicator_code,
        indicator_source.version,
        held.period,
        count(*) as sources,
        max(held.provenance_rank) as provenance_rank
    from indicator_source
    inner join held on indicator_source.source = held.source
    group by indicator_source.indicator_code, indicator_source.version, held.period
),

-- the version valid in the last month holds for the whole period, and its first period of each length is a break
final as (
    select
        indicator.indicator_code,
        indicator.version,
        indicator.main_source,
        held_by_all.period,
        span.months,
        span.days,
        held_by_all.provenance_rank,
        indicator.valid_from <= span.last_month
        and (indicator.valid_to is null or indicator.valid_to > span.last_month) as is_official,
        indicator.is_successor
        and indicator.valid_from <= span.last_month
        and indicator.valid_from >= span.since_month as is_break,
        indicator.is_only_version
    from held_by_all
    inner join indicator
        on held_by_all.indicator_code = indicator.indicator_code and held_by_all.version = indicator.version
    inner join span on held_by_all.period = span.period
    where
        held_by_all.sources = indicator.sources
        and span.months >= indicator.shortest_months
        and {{ in_slice_of('held_by_all.period', 'indicator.main_source', 'figure') }}
)

select
    indicator_code,
    version,
    main_source,
    period,
    months,
    days,
    provenance_rank,
    is_official,
    is_break,
    is_only_version
from final
where is_official or not is_only_version
