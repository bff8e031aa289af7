with month as (
    select period from {{ source('vocabulary', 'period') }}
),

log_month as (
    select distinct period from {{ ref('stg_pension_transfer__event') }}
    where {{ 'true' if asked_periods() else 'false' }}
),

next_log_month as (
    select
        month.period,
        min(log_month.period) as next_period
    from month
    inner join log_month on month.period < log_month.period
    group by month.period
),

-- a month before the log began is none that it skipped
final as (
    select next_log_month.period
    from next_log_month
    left join log_month on next_log_month.period = log_month.period
    where
        {{ is_asked('next_log_month.next_period') }}
        and log_month.period is null
        and next_log_month.period > (select min(first_month.period) from log_month as first_month)
)

select period
from final
