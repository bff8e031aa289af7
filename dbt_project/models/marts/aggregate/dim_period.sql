with final as (
    select
        period,
        period_start,
        period_end,
        days,
        previous_year_period,
        next_year_period
    from {{ source('vocabulary', 'period') }}
)

select
    period,
    period_start,
    period_end,
    days,
    previous_year_period,
    next_year_period
from final
