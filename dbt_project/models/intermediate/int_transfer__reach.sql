with month as (
    select
        period,
        period_start,
        period_end,
        row_number() over (order by period nulls last) as month_number
    from {{ source('vocabulary', 'period') }}
),

day_limit as (
    select
        limit_code,
        limit_value,
        valid_from,
        valid_to
    from {{ source('vocabulary', 'conformance_limit') }}
    where limit_code in ('XFER_RECEIPT_OVERDUE', 'XFER_PAPER_DATA_APART')
),

watch as (
    select max(limit_value) as months
    from {{ source('vocabulary', 'conformance_limit') }}
    where limit_code = 'XFER_UNPAID_WATCH'
),

touched as (
    select distinct file_pid
    from {{ ref('stg_pension_transfer__event') }}
    where {{ is_asked('period') }}
),

-- a run asks of no month before its own and the first of the files that those touch
first_touched as (
    select min(month.period) as period
    from month
    where {{ is_asked('month.period') }}
    union all
    select min(event.period) as period
    from {{ ref('stg_pension_transfer__event') }} as event
    inner join touched on event.file_pid = touched.file_pid
    union all
    select min(paid.period) as period
    from {{ ref('stg_pension_payroll__paid') }} as paid
    inner join touched on paid.file_pid = touched.file_pid
),

-- what reaches into that month from before it does so within the longest of the limits
margin as (
    select max(watch.months + 1 + cast(day_limit.limit_value as double) / 29) as months
    from watch
    cross join day_limit
),

earliest as (
    select min(month.period) as period
    from month
    cross join margin
    inner join month as first_month on month.month_number >= first_month.month_number - margin.months
    inner join first_touched on first_month.period = first_touched.period
),

event as (
    select
        file_pid,
        event_type,
        event_date,
        period
    from {{ ref('stg_pension_transfer__event') }}
    where {{ 'true' if asked_periods() else 'false' }} and period >= (select earliest.period from earliest)
),

paid as (
    select
        file_pid,
        period
    from {{ ref('stg_pension_payroll__paid') }}
    where {{ 'true' if asked_periods() else 'false' }} and period >= (select earliest.period from earliest)
),

-- what is waited for from a day on is overdue in these months; days are few, so that months are sought for them alone
event_day as (
    select distinct event_date from event
),

due_day as (
    select distinct
        event_day.event_date,
        {{ days_after('event_day.event_date', 'day_limit.limit_value + 1') }} as due_on
    from event_day
    inner join day_limit
        on
            event_day.event_date >= day_limit.valid_from
            and (day_limit.valid_to is null or event_day.event_date <= day_limit.valid_to)
),

due as (
    select distinct
        due_day.event_date,
        month.period
    from due_day
    inner join month on due_day.due_on between month.period_start and month.period_end
),

activated as (
    select distinct
        file_pid,
        period
    from event
    where event_type = 'ACTIVATED'
),

watched as (
    select distinct
        month.period as activated_period,
        watched.period
    from month
    cross join watch
    inner join month as watched
        on watched.month_number between month.month_number + 1 and month.month_number + watch.months
),

final as (
    select
        file_pid,
        period
    from event
    union
    select
        file_pid,
        period
    from paid
    union
    select
        event.file_pid,
        due.period
    from event
    inner join due on event.event_date = due.event_date
    where event.event_type in ('SENT_TO_CENTRE', 'RECEIVED_FROM_CENTRE', 'PAPER_RECEIVED')
    union
    select
        activated.file_pid,
        watched.period
    from activated
    inner join watched on activated.period = watched.activated_period
)

select
    file_pid,
    period
from final
