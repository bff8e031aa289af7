with month as (
    select
        period,
        period_start,
        period_end,
        row_number() over (order by period nulls last) as month_number
    from {{ source('vocabulary', 'period') }}
),

event as (
    select distinct
        file_pid,
        event_type,
        event_date,
        period
    from {{ ref('stg_pension_transfer__event') }}
    where {{ 'true' if asked_periods() else 'false' }}
),

paid as (
    select
        file_pid,
        period
    from {{ ref('stg_pension_payroll__paid') }}
    where {{ 'true' if asked_periods() else 'false' }}
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

due as (
    select
        event.file_pid,
        {{ days_after('event.event_date', 'day_limit.limit_value + 1') }} as due_on
    from event
    inner join day_limit
        on
            event.event_date >= day_limit.valid_from
            and (day_limit.valid_to is null or event.event_date <= day_limit.valid_to)
    where event.event_type in ('SENT_TO_CENTRE', 'RECEIVED_FROM_CENTRE', 'PAPER_RECEIVED')
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
        due.file_pid,
        month.period
    from due
    inner join month on due.due_on between month.period_start and month.period_end
    union
    select
        event.file_pid,
        watched.period
    from event
    inner join month on event.period = month.period
    cross join watch
    inner join month as watched
        on watched.month_number between month.month_number + 1 and month.month_number + watch.months
    where event.event_type = 'ACTIVATED'
)

select
    file_pid,
    period
from final
