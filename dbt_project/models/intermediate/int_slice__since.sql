-- months that the log skipped are told with the next: what stood at their ends was not told yet
with told as (
    select period
    from {{ source('vocabulary', 'period') }}
    where {{ is_asked('period') }}
    union
    select period
    from {{ ref('int_slice__skipped_month') }}
),

bound as (
    select
        min(period) as first_period,
        max(period) as last_period
    from told
),

last_month as (
    select max(period) as period from {{ ref('stg_pension_transfer__event') }}
),

-- what stands at the end of a month is made of everything up to it, and a late row may take it away again
final as (
    select
        month.period,
        'pension_transfer' as source
    from {{ source('vocabulary', 'period') }} as month
    cross join bound
    cross join last_month
    where
        month.period >= bound.first_period
        and (month.period <= bound.last_period or month.period <= last_month.period)
)

select
    period,
    source
from final
