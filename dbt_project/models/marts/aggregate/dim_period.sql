with final as (
    select
        period,
        kind,
        months,
        first_month,
        last_month,
        period_start,
        period_end,
        days,
        previous_year_period,
        next_year_period
    from {{ source('vocabulary', 'period_span') }}
)

select
    period,
    kind,
    months,
    first_month,
    last_month,
    period_start,
    period_end,
    days,
    previous_year_period,
    next_year_period
from final
