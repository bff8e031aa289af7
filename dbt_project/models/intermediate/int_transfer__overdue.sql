with event as (
    select
        event.*,
        row_number() over (
            partition by event.transfer_pid, event.event_type
            order by {{ in_log_order('event.') }}
        ) as event_order
    from {{ ref('int_transfer__event') }} as event
),

day_limit as (
    select * from {{ source('vocabulary', 'conformance_limit') }}
    where limit_code in ('XFER_RECEIPT_OVERDUE', 'XFER_PAPER_DATA_APART')
),

month as (
    select * from {{ source('vocabulary', 'period') }}
),

observed as (
    select max(period) as last_period from {{ ref('stg_pension_transfer__event') }}
),

-- what is waited for, and the day on which waiting grew too long
awaited as (
    select
        'RECEIPT_OVERDUE' as rule_code,
        'XFER_RECEIPT_OVERDUE' as limit_code,
        event.*
    from event
    where event.event_type = 'SENT_TO_CENTRE'
    union all
    select
        'PAPER_DATA_APART' as rule_code,
        'XFER_PAPER_DATA_APART' as limit_code,
        event.*
    from event
    left join event as other
        on
            event.transfer_pid = other.transfer_pid
            and other.event_order = 1
            and other.event_type in ('RECEIVED_FROM_CENTRE', 'PAPER_RECEIVED')
            and event.event_type <> other.event_type
    where
        event.event_type in ('RECEIVED_FROM_CENTRE', 'PAPER_RECEIVED')
        and event.event_order = 1
        and (
            other.at_second is null
            or event.at_second < other.at_second
            or (event.at_second = other.at_second and event.event_type = 'PAPER_RECEIVED')
        )
),

dated as (
    select
        awaited.*,
        {{ days_after('awaited.event_date', 'day_limit.limit_value') }} as last_day,
        {{ days_after('awaited.event_date', 'day_limit.limit_value + 1') }} as due_on
    from awaited
    inner join day_limit
        on
            awaited.limit_code = day_limit.limit_code
            and awaited.event_date >= day_limit.valid_from
            and (day_limit.valid_to is null or awaited.event_date <= day_limit.valid_to)
),

come as (
    select distinct
        dated.rule_code,
        dated.event_pid
    from dated
    inner join event as other on dated.transfer_pid = other.transfer_pid
    where
        other.event_date <= dated.last_day
        and (
            (
                dated.rule_code = 'RECEIPT_OVERDUE'
                and other.event_type = 'RECEIVED_FROM_CENTRE'
                and other.at_second
                >= dated.at_second - {{ clock_skew('other.unit_code', 'dated.unit_code', 'dated.skew_seconds') }}
            )
            or (
                dated.rule_code = 'PAPER_DATA_APART'
                and other.event_type in ('RECEIVED_FROM_CENTRE', 'PAPER_RECEIVED')
                and other.event_type <> dated.event_type
            )
        )
),

due as (
    select distinct due_on from dated
),

due_month as (
    select
        due.due_on,
        month.period
    from due
    inner join month on due.due_on between month.period_start and month.period_end
),

final as (
    select
        dated.rule_code,
        dated.event_pid,
        dated.transfer_pid,
        dated.due_on as found_on,
        due_month.period,
        dated.addressed_unit_code as unit_code,
        come.event_pid is null as is_finding,
        dated.file_sha256,
        dated.provenance_rank
    from dated
    inner join due_month on dated.due_on = due_month.due_on
    cross join observed
    left join come on dated.rule_code = come.rule_code and dated.event_pid = come.event_pid
    where due_month.period <= observed.last_period
)

select
    rule_code,
    event_pid,
    transfer_pid,
    found_on,
    period,
    unit_code,
    is_finding,
    file_sha256,
    provenance_rank
from final
