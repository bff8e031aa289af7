with figure as (
    select
        period,
        source
    from {{ ref('int_slice__figure') }}
    where is_computed
),

year as (
    select
        period,
        previous_year_period
    from {{ source('vocabulary', 'period_span') }}
),

span as (
    select
        period,
        month,
        is_last
    from {{ source('vocabulary', 'period_month') }}
),

part as (
    select distinct
        indicator.main_source,
        part.measure_code,
        indicator.kind = 'growth' and part.part = 'DENOMINATOR' as is_base,
        derived.over_time = 'end' as is_at_end
    from {{ source('vocabulary', 'indicator_part') }} as part
    inner join {{ source('vocabulary', 'indicator') }} as indicator
        on part.indicator_code = indicator.indicator_code and part.version = indicator.version
    left join {{ source('vocabulary', 'derived_measure') }} as derived on part.measure_code = derived.measure_code
),

needed as (
    select
        part.measure_code,
        part.is_at_end,
        case when part.is_base then year.previous_year_period else figure.period end as period
    from figure
    inner join part on figure.source = part.main_source
    inner join year on figure.period = year.period
),

-- of a stock at the end of a longer period, its last month alone is read
final as (
    select distinct
        needed.measure_code,
        needed.period,
        span.month
    from needed
    inner join span on needed.period = span.period
    where span.is_last or not coalesce(needed.is_at_end, false)
)

select
    measure_code,
    period,
    month
from final
