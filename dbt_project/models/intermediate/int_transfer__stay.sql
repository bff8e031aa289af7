-- a transfer that ended before the first month of a run stands nowhere in it
with over as (
    select distinct transfer_pid
    from {{ ref('stg_pension_transfer__event') }}
    where
        event_type in ('ACTIVATED', 'CANCELLED')
        and not {{ slice_bound('period', 'from', 'since', 'pension_transfer') }}
),

event as (
    select
        transfer_pid,
        origin_unit_code,
        destination_unit_code,
        event_type,
        event_date,
        {{ seconds_between("cast('2000-01-01' as timestamp)", 'cast(event_at as timestamp)') }} as at_second,
        event_pid,
        file_sha256,
        line_number,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_pension_transfer__event') }}
    where transfer_pid not in (select over.transfer_pid from over)
),

-- events that bring a transfer to another stage; null ends it
moved as (
    select
        *,
        case event_type
            when 'REFERRED' then 'PREPARED'
            when 'SENT_TO_CENTRE' then 'SENT'
            when 'RECEIVED_FROM_CENTRE' then 'RECEIVED'
            when 'COMPARED' then 'COMPARED'
            when 'RETURNED' then 'RETURNED'
        end as stage
    from event
    where
        event_type in (
            'REFERRED', 'SENT_TO_CENTRE', 'RECEIVED_FROM_CENTRE', 'COMPARED', 'RETURNED', 'ACTIVATED', 'CANCELLED'
        )
),

referred as (
    select
        transfer_pid,
        min(event_date) as referred_on
    from event
    where event_type = 'REFERRED'
    group by transfer_pid
),

ended as (
    select
        transfer_pid,
        min(event_date) as ended_on
    from event
    where event_type in ('ACTIVATED', 'CANCELLED')
    group by transfer_pid
),

followed as (
    select
        *,
        lead(event_date) over (
            partition by transfer_pid order by {{ in_log_order() }}
        ) as next_on
    from moved
),

final as (
    select
        followed.transfer_pid,
        followed.origin_unit_code,
        followed.destination_unit_code,
        followed.stage,
        referred.referred_on,
        followed.event_date as since_on,
        followed.provenance_rank,
        case
            when followed.next_on is null or ended.ended_on < followed.next_on then ended.ended_on
            else followed.next_on
        end as until_on
    from followed
    inner join referred on followed.transfer_pid = referred.transfer_pid
    left join ended on followed.transfer_pid = ended.transfer_pid
    where followed.stage is not null
)

select
    transfer_pid,
    origin_unit_code,
    destination_unit_code,
    stage,
    referred_on,
    since_on,
    until_on,
    provenance_rank
from final
