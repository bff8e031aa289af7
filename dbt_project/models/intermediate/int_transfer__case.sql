with event as (
    select
        *,
        row_number() over (
            partition by transfer_pid, event_type order by {{ in_log_order() }}
        ) as event_order
    from {{ ref('int_transfer__event') }}
),

referred as (
    select * from event
    where event_type = 'REFERRED' and event_order = 1
),

ended as (
    select
        transfer_pid,
        min(at_second) as ended_second
    from event
    where event_type in ('ACTIVATED', 'CANCELLED')
    group by transfer_pid
),

activated as (
    select * from event
    where event_type = 'ACTIVATED' and event_order = 1
),

live as (
    select
        unit_code,
        live_from
    from {{ source('vocabulary', 'unit_go_live') }}
    where process = 'XFER'
),

final as (
    select
        referred.*,
        ended.ended_second,
        activated.event_pid as activated_event_pid,
        activated.event_date as activated_on,
        activated.period as activated_period,
        coalesce(referred.event_date >= at_origin.live_from, false)
        and coalesce(referred.event_date >= at_destination.live_from, false) as is_applicable
    from referred
    left join ended on referred.transfer_pid = ended.transfer_pid
    left join activated on referred.transfer_pid = activated.transfer_pid
    left join live as at_origin on referred.origin_unit_code = at_origin.unit_code
    left join live as at_destination on referred.addressed_unit_code = at_destination.unit_code
)

select
    transfer_pid,
    file_pid,
    event_pid as referred_event_pid,
    event_date as referred_on,
    period,
    at_second as referred_second,
    skew_seconds,
    unit_code,
    origin_unit_code,
    addressed_unit_code,
    ended_second,
    activated_event_pid,
    activated_on,
    activated_period,
    is_applicable,
    file_sha256,
    provenance_rank
from final
