with event as (
    select
        *,
        row_number() over (
            partition by transfer_id, event_type order by at_second asc nulls last, event_id asc nulls last
        ) as event_order
    from {{ ref('int_transfer__event') }}
),

referred as (
    select * from event
    where event_type = 'REFERRED' and event_order = 1
),

ended as (
    select
        transfer_id,
        min(at_second) as ended_second
    from event
    where event_type in ('ACTIVATED', 'CANCELLED')
    group by transfer_id
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
        activated.event_id as activated_event_id,
        activated.event_date as activated_on,
        activated.period as activated_period,
        coalesce(referred.event_date >= at_origin.live_from, false)
        and coalesce(referred.event_date >= at_destination.live_from, false) as is_applicable
    from referred
    left join ended on referred.transfer_id = ended.transfer_id
    left join activated on referred.transfer_id = activated.transfer_id
    left join live as at_origin on referred.origin_unit_code = at_origin.unit_code
    left join live as at_destination on referred.addressed_unit_code = at_destination.unit_code
)

select
    transfer_id,
    file_pid,
    event_id as referred_event_id,
    event_date as referred_on,
    period,
    at_second as referred_second,
    skew_seconds,
    unit_code,
    origin_unit_code,
    addressed_unit_code,
    ended_second,
    activated_event_id,
    activated_on,
    activated_period,
    is_applicable,
    file_sha256,
    provenance_rank
from final
