{{ config(materialized='view') }}

with event as (
    select * from {{ ref('int_scan__close_event') }}
),

approved as (
    select * from event
    where
        workflow = 'FILE' and act = 'S07' and image_count is not null and is_live
        and {{ in_slice('period', 'affected', 'scan_index') }}
),

counted as (
    select
        approved.*,
        first_count.leaf_count as counted_leaves,
        first_count.side_count as counted_sides,
        rank() over (
            partition by approved.file_pid, approved.unit_code, approved.at_second
            order by first_count.at_second desc nulls last
        ) as choice
    from approved
    inner join event as first_count
        on
            approved.file_pid = first_count.file_pid
            and approved.workflow = first_count.workflow
            and first_count.period between approved.horizon_period and approved.period
            and first_count.act = 'S02'
    where
        first_count.at_second
        - case when first_count.unit_code = approved.unit_code then 0 else approved.skew_seconds end
        <= approved.at_second
),

-- a leaf has two sides: as many images as written sides where these were counted, else between one and two a leaf
final as (
    select
        'IMAGE_COUNT' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        min(
            case
                when counted_sides is not null then case when image_count = counted_sides then 0 else 1 end
                when image_count between counted_leaves and 2 * counted_leaves then 0
                else 1
            end
        ) as is_finding,
        max(provenance_rank) as provenance_rank
    from counted
    where choice = 1 and (counted_sides is not null or counted_leaves is not null)
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
