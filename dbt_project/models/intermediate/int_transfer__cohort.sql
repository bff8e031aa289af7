with event as (
    select
        event_pid,
        transfer_pid,
        event_type,
        event_date,
        event_at,
        origin_unit_code,
        period,
        file_sha256,
        line_number,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_pension_transfer__event') }}
    where
        event_type in ('REFERRED', 'ACTIVATED', 'CANCELLED')
        and {{ slice_bound('period', 'from', 'affected', 'pension_transfer') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by transfer_pid, event_type order by {{ in_log_order(instant='event_at') }}
        ) as event_order
    from event
),

-- a file that was referred before the months that are read belongs to an earlier cohort, though it is referred again
referred_before as (
    select distinct transfer_pid
    from {{ ref('stg_pension_transfer__event') }}
    where event_type = 'REFERRED' and not {{ slice_bound('period', 'from', 'affected', 'pension_transfer') }}
),

referred as (
    select ranked.* from ranked
    left join referred_before on ranked.transfer_pid = referred_before.transfer_pid
    where ranked.event_type = 'REFERRED' and ranked.event_order = 1 and referred_before.transfer_pid is null
),

activated as (
    select * from ranked
    where event_type = 'ACTIVATED' and event_order = 1
),

cancelled as (
    select * from ranked
    where event_type = 'CANCELLED' and event_order = 1
),

final as (
    select
        referred.transfer_pid,
        referred.origin_unit_code as unit_code,
        referred.period,
        referred.event_date as referred_on,
        activated.event_date as activated_on,
        activated.transfer_pid is not null as is_activated,
        cancelled.transfer_pid is not null and activated.transfer_pid is null as is_cancelled,
        {{ days_between('referred.event_date', 'activated.event_date') }} as days_to_activation,
        referred.file_sha256 as referred_file_sha256,
        activated.file_sha256 as activated_file_sha256,
        greatest(referred.provenance_rank, coalesce(activated.provenance_rank, 0)) as provenance_rank
    from referred
    left join activated on referred.transfer_pid = activated.transfer_pid
    left join cancelled on referred.transfer_pid = cancelled.transfer_pid
    where {{ in_slice('referred.period', 'affected', 'pension_transfer') }}
)

select
    transfer_pid,
    unit_code,
    period,
    referred_on,
    activated_on,
    is_activated,
    is_cancelled,
    days_to_activation,
    referred_file_sha256,
    activated_file_sha256,
    provenance_rank
from final
