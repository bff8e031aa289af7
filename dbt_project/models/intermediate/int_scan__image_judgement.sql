{{ config(materialized='view') }}

with event as (
    select * from {{ ref('int_scan__close_event') }}
),

trigger_event as (
    select * from event
    where act in ('S07', 'S11') and is_live and {{ in_slice('period', 'affected', 'scan_index') }}
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
        trigger_event.operator_pid,
        event.operator_pid as other_operator_pid,
        trigger_event.provenance_rank,
        event.act,
        event.at_second as other_second,
        case when event.unit_code = trigger_event.unit_code then 0 else trigger_event.skew_seconds end as skew
    from trigger_event
    inner join event
        on
            trigger_event.file_pid = event.file_pid
            and trigger_event.document_pid = event.document_pid
            and trigger_event.workflow = event.workflow
            and event.period between trigger_event.horizon_period and trigger_event.period
            and event.act in ('S05', 'S07')
),

uploaded as (
    select
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        max(case when act = 'S05' and other_second + skew < at_second then other_second - skew end) as imaged_at,
        max(case when act = 'S07' and other_second - skew <= at_second then other_second + skew end) as approved_at,
        max(provenance_rank) as provenance_rank
    from pair
    where trigger_act = 'S11'
    group by workflow, file_pid, document_pid, unit_code, period, at_second, event_at
),

-- of two approvals at one instant by two officers, each is judged
approved as (
    select
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        operator_pid,
        max(case when operator_pid = other_operator_pid then 1 else 0 end) as is_finding,
        max(provenance_rank) as provenance_rank
    from pair
    where trigger_act = 'S07' and act = 'S05' and other_second + skew < at_second
    group by workflow, file_pid, document_pid, unit_code, period, at_second, event_at, operator_pid
),

final as (
    select
        'IMAGE_REPLACED' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        case when approved_at < imaged_at then 1 else 0 end as is_finding,
        provenance_rank
    from uploaded
    where approved_at is not null
    union all
    select
        'APPROVER_IS_OPERATOR' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        is_finding,
        provenance_rank
    from approved
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
