{{ config(materialized='view') }}

with event as (
    select * from {{ ref('int_scan__close_event') }}
),

rule as (
    select * from {{ ref('int_scan__rule') }}
    where before_act is not null
),

trigger_event as (
    select
        event.*,
        rule.rule_code,
        rule.before_act,
        rule.since_act,
        rule.opening_act
    from event
    inner join rule on event.workflow = rule.workflow and event.act = rule.acts
    where event.is_live and {{ in_slice('event.period', 'affected', 'scan_index') }}
),

-- what went before in the same case; clocks of other units are read to its favour, as far as they may differ
pair as (
    select
        trigger_event.rule_code,
        trigger_event.workflow,
        trigger_event.file_pid,
        trigger_event.document_pid,
        trigger_event.unit_code,
        trigger_event.period,
        trigger_event.at_second,
        trigger_event.event_at,
        trigger_event.before_act,
        trigger_event.since_act,
        trigger_event.opening_act,
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
    where
        event.period between trigger_event.horizon_period and trigger_event.period
        and event.act in (trigger_event.before_act, trigger_event.since_act, trigger_event.opening_act)
),

judged as (
    select
        rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        max(case when act = opening_act then 1 else 0 end) as is_observed,
        max(case when act = before_act and other_second - skew <= at_second then other_second + skew end) as before_at,
        max(case when act = since_act and other_second + skew < at_second then other_second - skew end) as since_at,
        max(provenance_rank) as provenance_rank
    from pair
    group by rule_code, workflow, file_pid, document_pid, unit_code, period, at_second, event_at
),

-- where the beginning of the case is not held, nobody can say what went before
final as (
    select
        rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        case when before_at is null or before_at < since_at then 1 else 0 end as is_finding,
        provenance_rank
    from judged
    where is_observed = 1
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
