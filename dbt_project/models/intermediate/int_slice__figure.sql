with changed as (
    select
        period,
        source
    from {{ ref('int_slice__source_month') }}
),

span as (
    select
        period,
        month
    from {{ source('vocabulary', 'period_month') }}
),

year as (
    select
        period,
        previous_year_period,
        next_year_period
    from {{ source('vocabulary', 'period_span') }}
),

reading as (
    select
        main_source,
        source,
        max(case when is_growth then 1 else 0 end) = 1 as is_growth
    from {{ source('vocabulary', 'indicator_source') }}
    group by main_source, source
),

-- the figures of a main source are computed whole, for the month and the longer periods that it lies in
touched as (
    select distinct
        span.period,
        reading.main_source as source,
        reading.is_growth
    from changed
    inner join span on changed.period = span.month
    inner join reading on changed.source = reading.source
),

computed as (
    select
        period,
        source
    from touched
    union
    select
        year.next_year_period as period,
        touched.source
    from touched
    inner join year on touched.period = year.period
    where touched.is_growth and year.next_year_period is not null
),

base as (
    select
        year.previous_year_period as period,
        computed.source
    from computed
    inner join year on computed.period = year.period
    inner join reading on computed.source = reading.main_source
    where reading.is_growth and year.previous_year_period is not null
),

final as (
    select
        period,
        source,
        true as is_computed
    from computed
    union
    select
        base.period,
        base.source,
        false as is_computed
    from base
    left join computed on base.period = computed.period and base.source = computed.source
    where computed.period is null
)

select
    period,
    source,
    is_computed
from final
