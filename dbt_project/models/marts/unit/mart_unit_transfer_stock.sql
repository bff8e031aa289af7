{{ config(slice_by='period', slice_scope='since', slice_source='pension_transfer') }}

with stay as (
    select * from {{ ref('int_transfer__stay') }}
),

last_month as (
    select max(period) as period from {{ ref('stg_pension_transfer__event') }}
),

month as (
    select
        period.period,
        period.period_end
    from {{ source('vocabulary', 'period') }} as period
    cross join last_month
    where {{ in_slice('period.period', 'since', 'pension_transfer') }} and period.period <= last_month.period
),

-- where each open transfer stands at the end of the month, and how long ago it was referred
standing as (
    select
        month.period,
        stay.origin_unit_code as unit_code,
        stay.stage,
        stay.transfer_pid,
        stay.provenance_rank,
        {{ days_between('stay.referred_on', 'month.period_end') }} as age_days
    from stay
    inner join month
        on stay.since_on <= month.period_end and (stay.until_on is null or stay.until_on > month.period_end)
),

final as (
    select
        period,
        unit_code,
        stage,
        case
            when age_days <= 30 then 'D0T30'
            when age_days <= 60 then 'D31T60'
            when age_days <= 90 then 'D61T90'
            else 'D91'
        end as age_band,
        count(distinct transfer_pid) as transfers,
        max(provenance_rank) as provenance_rank
    from standing
    group by
        period,
        unit_code,
        stage,
        case
            when age_days <= 30 then 'D0T30'
            when age_days <= 60 then 'D31T60'
            when age_days <= 90 then 'D61T90'
            else 'D91'
        end
)

select
    unit_code,
    period,
    stage,
    age_band,
    transfers,
    {{ provenance_text('provenance_rank') }} as provenance
from final
