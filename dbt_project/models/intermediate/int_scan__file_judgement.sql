{{ config(materialized='view') }}

with event as (
    select * from {{ ref('int_scan__close_event') }}
),

trigger_event as (
    select * from event
    where
        act in ('WEEDED', 'MOVED') and is_live and workflow = 'FILE'
        and {{ in_slice('period', 'affected', 'scan_index') }}
),

pair as (
    select
        trigger_event.workflow,
        trigger_event.file_pid,
        trigger_event.document_pid,
        trigger_event.unit_code,
        trigger_event.period,
        trigger_event.at_second,
        trigger_event.event_at,
        trigger_event.act as trigger_act,
        trigger_event.is_imaged,
        trigger_event.provenance_rank,
        event.act,
        event.at_second as other_second,
        case when event.unit_code = trigger_event.unit_code then 0 else trigger_event.skew_seconds end as skew
    from trigger_event
    left join event
        on
            trigger_event.file_pid = event.file_pid
            and trigger_event.document_pid = event.document_pid
            and trigger_event.workflow = event.workflow
            and event.period between trigger_event.horizon_period and trigger_event.period
            and event.act in ('S01', 'S05', 'S07', 'WEEDED')
),

weeded as (
    select
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        min(case when act = 'S05' and other_second + skew < at_second then other_second end) as imaged_at,
        min(case when act = 'WEEDED' then other_second - skew end) as weeded_at,
        max(provenance_rank) as provenance_rank
    from pair
    where trigger_act = 'WEEDED'
    group by workflow, file_pid, document_pid, unit_code, period, at_second, event_at
),

-- imaged where the log holds an approval before, or else as the mover states; without either nobody can say
moved as (
    select
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        max(
            case when is_imaged = 'YES' or (act = 'S07' and other_second - skew <= at_second) then 1 else 0 end
        ) as is_after,
        max(case when is_imaged is not null or act in ('S01', 'S07') then 1 else 0 end) as is_known,
        max(provenance_rank) as provenance_rank
    from pair
    where trigger_act = 'MOVED'
    group by workflow, file_pid, document_pid, unit_code, period, at_second, event_at, is_imaged
),

final as (
    select
        'IMAGED_UNWEEDED' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        case when imaged_at < weeded_at then 1 else 0 end as is_finding,
        provenance_rank
    from weeded
    union all
    select
        'MOVED_AFTER_IMAGING' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        is_after as is_finding,
        provenance_rank
    from moved
    where is_known = 1
    union all
    select
        'MOVED_UNIMAGED' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        1 - is_after as is_finding,
        provenance_rank
    from moved
    where is_known = 1
)

select
    rule_code,
    workflow,
    file_pid,
    document_pid,
    unit_code,
    period,
    at_second,
    event_at,
    is_finding,
    provenance_rank
from final
