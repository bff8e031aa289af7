{{ config(materialized='view') }}

with kept as (
    select
        paper_act.*,
        month.previous_year_period as horizon_period,
        {{ instant_seconds('paper_act.event_at') }} as at_second,
        {{ provenance_rank('paper_act.provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__paper_act') }} as paper_act
    inner join {{ source('vocabulary', 'period') }} as month on paper_act.period = month.period
    where
        paper_act.workflow = 'NEW_DOCUMENT' and paper_act.act = 'KEPT' and paper_act.binder_pid is not null
        and paper_act.binder_position is not null and paper_act.entry_date is not null
        and {{ in_scan_horizon('paper_act.period') }}
),

live as (
    select
        unit_code,
        live_from
    from {{ source('vocabulary', 'unit_go_live') }}
    where process = 'SCAN'
),

placed as (
    select kept.*
    from kept
    inner join live on kept.unit_code = live.unit_code and kept.event_date >= live.live_from
    where {{ in_slice('kept.period', 'affected', 'scan_index') }}
),

-- out of order: a paper that stands behind one of a later day; of two places at one instant, each is judged
final as (
    select
        'BINDER_OUT_OF_ORDER' as rule_code,
        placed.workflow,
        placed.file_pid,
        placed.document_pid,
        placed.unit_code,
        placed.period,
        placed.at_second,
        placed.event_at,
        max(case when ahead.entry_date > placed.entry_date then 1 else 0 end) as is_finding,
        max(placed.provenance_rank) as provenance_rank
    from placed
    left join kept as ahead
        on
            placed.unit_code = ahead.unit_code
            and placed.binder_pid = ahead.binder_pid
            and ahead.period between placed.horizon_period and placed.period
            and placed.binder_position > ahead.binder_position
    group by
        placed.workflow, placed.file_pid, placed.document_pid, placed.unit_code, placed.period, placed.at_second,
        placed.event_at, placed.binder_pid, placed.binder_position, placed.entry_date
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
