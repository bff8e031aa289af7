{{ config(materialized='view') }}

with transfer as (
    select * from {{ ref('int_transfer__case') }}
),

-- an earlier transfer is open at a later referral unless it ended before, as far as two clocks can tell
open_before as (
    select distinct later.transfer_pid
    from transfer as later
    inner join transfer as earlier on later.file_pid = earlier.file_pid and later.transfer_pid <> earlier.transfer_pid
    where
        (
            earlier.referred_second < later.referred_second
            or (earlier.referred_second = later.referred_second and earlier.transfer_pid < later.transfer_pid)
        )
        and (
            earlier.ended_second is null
            or earlier.ended_second > later.referred_second + later.skew_seconds
        )
),

final as (
    select
        'TWO_OPEN_TRANSFERS' as rule_code,
        transfer.referred_event_pid as event_pid,
        transfer.transfer_pid,
        transfer.referred_on as found_on,
        transfer.period,
        transfer.unit_code,
        open_before.transfer_pid is not null as is_finding,
        transfer.file_sha256,
        transfer.provenance_rank
    from transfer
    left join open_before on transfer.transfer_pid = open_before.transfer_pid
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
