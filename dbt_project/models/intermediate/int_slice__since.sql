with asked as (
    select
        min(period) as first_period,
        max(period) as last_period
    from {{ source('vocabulary', 'period') }}
    where {{ is_asked('period') }}
),

log_month as (
    select distinct period from {{ ref('stg_pension_transfer__event') }}
    where {{ 'true' if asked_periods() else 'false' }}
),

-- months after the last of the log before these: what stood at their ends was not told yet
first_month as (
    select max(log_month.period) as period_before
    from log_month
    cross join asked
    where log_month.period < asked.first_period
),

last_month as (
    select max(period) as period from log_month
),

-- what stands at the end of a month is made of everything up to it, and a late row may take it away again
final as (
    select
        month.period,
        'pension_transfer' as source
    from {{ source('vocabulary', 'period') }} as month
    cross join asked
    cross join first_month
    cross join last_month
    where
        (month.period >= asked.first_period or month.period > first_month.period_before)
        and (month.period <= asked.last_period or month.period <= last_month.period)
)

select
    period,
    source
from final
