with transfer as (
    select
        transfer_pid,
        is_applicable
    from {{ ref('int_transfer__case') }}
),

judged as (
    select
        rule_code,
        event_pid,
        transfer_pid,
        found_on,
        period,
        unit_code,
        true as is_observable,
        is_finding,
        file_sha256,
        provenance_rank
    from {{ ref('int_transfer__ordered') }}
    union all
    select
        rule_code,
        event_pid,
        transfer_pid,
        found_on,
        period,
        unit_code,
        true as is_observable,
        is_finding,
        file_sha256,
        provenance_rank
    from {{ ref('int_transfer__overlap') }}
    union all
    select
        rule_code,
        event_pid,
        transfer_pid,
        found_on,
        period,
        unit_code,
        true as is_observable,
        is_finding,
        file_sha256,
        provenance_rank
    from {{ ref('int_transfer__overdue') }}
    union all
    select
        rule_code,
        event_pid,
        transfer_pid,
        found_on,
        period,
        unit_code,
        is_observable,
        is_finding,
        file_sha256,
        provenance_rank
    from {{ ref('int_transfer__marked') }}
    union all
    select
        rule_code,
        event_pid,
        transfer_pid,
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
        judged.transfer_pid,
        judged.event_pid,
        judged.found_on,
        judged.period,
        judged.unit_code,
        judged.is_finding,
        case
            when not coalesce(transfer.is_applicable, false) then 'NOT_APPLICABLE'
            when not judged.is_observable then 'NOT_OBSERVABLE'
            when judged.is_finding then 'FINDING'
            else 'KEPT'
        end as outcome,
        judged.file_sha256,
        judged.provenance_rank
    from judged
    left join transfer on judged.transfer_pid = transfer.transfer_pid
    where {{ in_slice('judged.period', 'affected', 'pension_transfer') }}
)

select
    rule_code,
    transfer_pid,
    event_pid,
    found_on,
    period,
    unit_code,
    is_finding,
    outcome,
    file_sha256,
    provenance_rank
from final
