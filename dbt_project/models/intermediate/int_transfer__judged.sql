with event as (
    select * from {{ ref('int_transfer__event') }}
),

transfer as (
    select * from {{ ref('int_transfer__case') }}
),

-- rules that an event completes on its day, at the branch that recorded it
on_the_day as (
    select
        rule_code,
        event_id,
        true as is_observable,
        is_finding
    from {{ ref('int_transfer__ordered') }}
    union all
    select
        rule_code,
        event_id,
        true as is_observable,
        is_finding
    from {{ ref('int_transfer__overlap') }}
    union all
    select
        rule_code,
        event_id,
        is_observable,
        is_finding
    from {{ ref('int_transfer__marked') }}
),

judged as (
    select
        on_the_day.rule_code,
        on_the_day.event_id,
        event.event_date as found_on,
        event.period,
        event.unit_code,
        on_the_day.is_observable,
        on_the_day.is_finding,
        event.file_sha256,
        event.provenance_rank
    from on_the_day
    inner join event on on_the_day.event_id = event.event_id
    union all
    select
        overdue.rule_code,
        overdue.event_id,
        overdue.found_on,
        overdue.period,
        overdue.unit_code,
        true as is_observable,
        overdue.is_finding,
        event.file_sha256,
        event.provenance_rank
    from {{ ref('int_transfer__overdue') }} as overdue
    inner join event on overdue.event_id = event.event_id
    union all
    select
        rule_code,
        event_id,
        found_on,
        period,
        unit_code,
        is_observable,
        is_finding,
        file_sha256,
        provenance_rank
    from {{ ref('int_transfer__paid') }}
),

final as (
    select
        judged.rule_code,
        event.transfer_id,
        event.file_pid,
        judged.event_id,
        judged.found_on,
        judged.period,
        judged.unit_code,
        event.round_number,
        event.origin_unit_code,
        event.addressed_unit_code,
        case
            when not coalesce(transfer.is_applicable, false) then 'NOT_APPLICABLE'
            when not judged.is_observable then 'NOT_OBSERVABLE'
            when judged.is_finding then 'FINDING'
            else 'KEPT'
        end as outcome,
        coalesce(judged.file_sha256, event.file_sha256) as file_sha256,
        greatest(judged.provenance_rank, event.provenance_rank) as provenance_rank
    from judged
    inner join event on judged.event_id = event.event_id
    left join transfer on event.transfer_id = transfer.transfer_id
    where {{ in_slice('judged.period', 'affected', 'pension_transfer') }}
)

select
    rule_code,
    transfer_id,
    file_pid,
    event_id,
    found_on,
    period,
    unit_code,
    round_number,
    origin_unit_code,
    addressed_unit_code,
    outcome,
    file_sha256,
    provenance_rank
from final
