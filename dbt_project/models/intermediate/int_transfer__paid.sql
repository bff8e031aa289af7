with paid as (
    select
        file_pid,
        period,
        unit_code,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_pension_payroll__paid') }}
    where {{ in_slice('period', 'affected', 'pension_transfer') }}
),

transfer as (
    select * from {{ ref('int_transfer__case') }}
),

event as (
    select
        event_pid,
        transfer_pid,
        file_sha256,
        provenance_rank
    from {{ ref('int_transfer__event') }}
    where event_type in ('REFERRED', 'ACTIVATED')
),

month as (
    select
        period,
        period_end,
        row_number() over (order by period asc nulls last) as month_number
    from {{ source('vocabulary', 'period') }}
),

unit as (
    select
        unit_code,
        directorate_code
    from {{ source('vocabulary', 'unit') }}
),

watch as (
    select max(limit_value) as months from {{ source('vocabulary', 'conformance_limit') }}
    where limit_code = 'XFER_UNPAID_WATCH'
),

-- general offices whose rosters for a month arrived: without them nothing is known of their branches
observed as (
    select distinct
        unit.directorate_code,
        paid.period
    from paid
    inner join unit on paid.unit_code = unit.unit_code
),

-- the last transfer of a file that was referred up to the month paid, and not cancelled, says who is to pay
ranked as (
    select
        paid.period,
        paid.unit_code,
        paid.provenance_rank,
        paid.file_sha256,
        transfer.referred_event_pid as event_pid,
        case
            when transfer.activated_period < paid.period then transfer.addressed_unit_code
            else transfer.origin_unit_code
        end as payer_code,
        dense_rank() over (
            partition by paid.file_pid, paid.period
            order by
                transfer.referred_second desc nulls last,
                transfer.activated_period desc nulls last,
                transfer.addressed_unit_code desc nulls last,
                transfer.origin_unit_code desc nulls last,
                transfer.transfer_pid desc nulls last
        ) as transfer_rank
    from paid
    inner join transfer on paid.file_pid = transfer.file_pid and paid.period >= transfer.period
    where transfer.activated_period is not null or transfer.ended_second is null
),

paid_month as (
    select
        event_pid,
        period,
        count(distinct unit_code) as branches,
        coalesce(min(case when unit_code <> payer_code then unit_code end), min(unit_code)) as unit_code,
        max(file_sha256) as file_sha256,
        max(provenance_rank) as provenance_rank
    from ranked
    where transfer_rank = 1
    group by event_pid, period
),

last_month as (
    select max(period) as period from {{ ref('stg_pension_transfer__event') }}
),

file_month as (
    select distinct
        file_pid,
        period
    from paid
),

watched_month as (
    select
        activated.period as activated_period,
        month.period
    from month as activated
    cross join watch
    cross join last_month
    inner join month
        on
            activated.month_number < month.month_number
            and activated.month_number + watch.months >= month.month_number
            and last_month.period >= month.period
),

watched as (
    select
        transfer.activated_event_pid as event_pid,
        transfer.file_pid,
        transfer.addressed_unit_code,
        transfer.origin_unit_code,
        transfer.provenance_rank,
        watched_month.period
    from transfer
    inner join watched_month on transfer.activated_period = watched_month.activated_period
),

final as (
    select
        'PAID_BY_TWO' as rule_code,
        paid_month.event_pid,
        paid_month.period,
        paid_month.unit_code,
        true as is_observable,
        paid_month.branches > 1 as is_finding,
        paid_month.file_sha256,
        paid_month.provenance_rank
    from paid_month
    union all
    select
        'PAID_BY_NONE' as rule_code,
        watched.event_pid,
        watched.period,
        watched.addressed_unit_code as unit_code,
        at_origin.period is not null and at_destination.period is not null as is_observable,
        at_origin.period is not null
        and at_destination.period is not null
        and file_month.file_pid is null as is_finding,
        {{ null_text() }} as file_sha256,
        watched.provenance_rank
    from watched
    left join unit as origin on watched.origin_unit_code = origin.unit_code
    left join unit as destination on watched.addressed_unit_code = destination.unit_code
    left join observed as at_origin
        on origin.directorate_code = at_origin.directorate_code and watched.period = at_origin.period
    left join observed as at_destination
        on destination.directorate_code = at_destination.directorate_code and watched.period = at_destination.period
    left join file_month
        on watched.file_pid = file_month.file_pid and watched.period = file_month.period
)

select
    final.rule_code,
    final.event_pid,
    event.transfer_pid,
    month.period_end as found_on,
    final.period,
    final.unit_code,
    final.is_observable,
    final.is_finding,
    coalesce(final.file_sha256, event.file_sha256) as file_sha256,
    greatest(final.provenance_rank, event.provenance_rank) as provenance_rank
from final
inner join month on final.period = month.period
inner join event on final.event_pid = event.event_pid
