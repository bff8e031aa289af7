-- what tells events apart, read by itself because it is gone through more than once
with brief as (
    select
        event_pid,
        transfer_pid,
        event_type,
        destination_unit_code,
        period,
        {{ seconds_between("cast('2000-01-01' as timestamp)", 'cast(event_at as timestamp)') }} as at_second
    from {{ ref('stg_pension_transfer__event') }}
    where {{ is_file_in_slice('file_pid') }}
),

-- months before the first of these are not read again
event as (
    select
        event_pid,
        transfer_pid,
        file_pid,
        event_type,
        event_date,
        {{ seconds_between("cast('2000-01-01' as timestamp)", 'cast(event_at as timestamp)') }} as at_second,
        unit_code,
        origin_unit_code,
        destination_unit_code,
        operator_pid,
        role,
        compare_result,
        enrolment_mode,
        dependant_count,
        period,
        file_sha256,
        line_number,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_pension_transfer__event') }}
    where {{ is_file_in_slice('file_pid') }} and period >= (select min(brief.period) from brief)
),

-- an event that was sent again under another number is one event; few share an instant and have to be looked at
shared_instant as (
    select
        transfer_pid,
        at_second
    from brief
    group by transfer_pid, at_second
    having count(*) > 1
),

alike as (
    select
        brief.event_pid,
        brief.period,
        brief.at_second
    from brief
    inner join shared_instant
        on brief.transfer_pid = shared_instant.transfer_pid and brief.at_second = shared_instant.at_second
),

first_alike as (
    select min(period) as period from alike
),

numbered as (
    select
        event.event_pid,
        row_number() over (
            partition by
                event.transfer_pid,
                event.event_type,
                event.unit_code,
                alike.at_second,
                event.operator_pid,
                event.role,
                event.compare_result,
                event.enrolment_mode,
                event.dependant_count
            order by event.file_sha256 asc nulls last, event.line_number asc nulls last, event.event_pid asc nulls last
        ) as repeat_number
    from {{ ref('stg_pension_transfer__event') }} as event
    inner join alike on event.event_pid = alike.event_pid
    where event.period >= (select first_alike.period from first_alike)
),

sent_again as (
    select event_pid from numbered
    where repeat_number > 1
),

sent_once as (
    select brief.* from brief
    left join sent_again on brief.event_pid = sent_again.event_pid
    where sent_again.event_pid is null
),

destination as (
    select
        transfer_pid,
        min(destination_unit_code) as unit_code,
        max(destination_unit_code) as other_unit_code
    from sent_once
    group by transfer_pid
),

-- where events name several branches, the first of the origin says which is meant
named_apart as (
    select
        sent_once.transfer_pid,
        sent_once.destination_unit_code,
        row_number() over (
            partition by sent_once.transfer_pid
            order by
                case
                    when sent_once.event_type in ('REFERRED', 'FORM_SAVED', 'SENT_TO_CENTRE') then 0 else 1
                end asc nulls last,
                sent_once.at_second asc nulls last,
                sent_once.destination_unit_code asc nulls last
        ) as naming
    from sent_once
    inner join destination on sent_once.transfer_pid = destination.transfer_pid
    where destination.unit_code <> destination.other_unit_code
),

returned as (
    select
        event.event_pid,
        count(*) as rounds_before
    from sent_once as event
    inner join sent_once as returned
        on event.transfer_pid = returned.transfer_pid and event.at_second > returned.at_second
    where returned.event_type = 'RETURNED'
    group by event.event_pid
),

skew as (
    select
        limit_value,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ source('vocabulary', 'conformance_limit') }}
    where limit_code = 'XFER_CLOCK_SKEW'
),

final as (
    select
        event.*,
        coalesce(named_apart.destination_unit_code, destination.unit_code) as addressed_unit_code,
        coalesce(skew.limit_value, 0) as skew_seconds,
        1 + coalesce(returned.rounds_before, 0) as round_number
    from event
    left join sent_again on event.event_pid = sent_again.event_pid
    inner join destination on event.transfer_pid = destination.transfer_pid
    left join named_apart on event.transfer_pid = named_apart.transfer_pid and named_apart.naming = 1
    left join returned on event.event_pid = returned.event_pid
    left join skew on event.event_date between skew.valid_from and skew.valid_to
    where sent_again.event_pid is null
)

select
    event_pid,
    transfer_pid,
    file_pid,
    event_type,
    event_date,
    at_second,
    skew_seconds,
    unit_code,
    origin_unit_code,
    addressed_unit_code,
    operator_pid,
    role,
    compare_result,
    enrolment_mode,
    dependant_count,
    cast(round_number as integer) as round_number,
    period,
    file_sha256,
    line_number,
    provenance_rank
from final
