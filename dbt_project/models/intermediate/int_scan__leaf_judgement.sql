{{ config(materialized='view') }}

with event as (
    select * from {{ ref('int_scan__close_event') }}
),

shelved as (
    select * from event
    where
        workflow = 'FILE' and act = 'S10' and is_live
        and {{ in_slice('period', 'affected', 'scan_index') }}
),

-- of the counts at step 9 the last before the file went back to its shelf; counts of one instant stand side by side
recounted as (
    select
        shelved.*,
        recount.leaf_count as recounted_leaves,
        recount.at_second as recounted_second,
        rank() over (
            partition by shelved.file_pid, shelved.unit_code, shelved.at_second
            order by recount.at_second desc nulls last
        ) as choice
    from shelved
    inner join event as recount
        on
            shelved.file_pid = recount.file_pid
            and shelved.workflow = recount.workflow
            and recount.period between shelved.horizon_period and shelved.period
            and recount.act = 'S09'
    where
        recount.at_second - case when recount.unit_code = shelved.unit_code then 0 else shelved.skew_seconds end
        <= shelved.at_second
),

-- and of those at step 2 the last before it
counted as (
    select
        recounted.*,
        first_count.leaf_count as counted_leaves,
        rank() over (
            partition by recounted.file_pid, recounted.unit_code, recounted.at_second
            order by first_count.at_second desc nulls last
        ) as count_choice
    from recounted
    inner join event as first_count
        on
            recounted.file_pid = first_count.file_pid
            and recounted.workflow = first_count.workflow
            and first_count.period between recounted.horizon_period and recounted.period
            and first_count.act = 'S02'
    where
        recounted.choice = 1
        and first_count.at_second
        - case when first_count.unit_code = recounted.unit_code then 0 else recounted.skew_seconds end
        <= recounted.recounted_second
),

final as (
    select
        'LEAF_DIFFERENCE' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        min(case when recounted_leaves = counted_leaves then 0 else 1 end) as is_finding,
        max(provenance_rank) as provenance_rank
    from counted
    where count_choice = 1 and recounted_leaves is not null and counted_leaves is not null
    group by workflow, file_pid, document_pid, unit_code, period, at_second, event_at
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
