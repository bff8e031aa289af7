with asked as (
    select
        min(period) as first_period,
        max(period) as last_period
    from {{ ref('int_slice__source_month') }}
    where is_asked and source = 'pension_transfer'
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
    inner join asked on month.period >= asked.first_period
    cross join last_month
    where month.period <= asked.last_period or month.period <= last_month.period
)

select
    period,
    source
from final
