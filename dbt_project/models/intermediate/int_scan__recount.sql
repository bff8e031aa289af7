with event as (
    select
        event_id,
        unit_code,
        file_pid,
        step,
        event_at,
        leaf_count,
        period,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__step_event') }}
    where
        workflow = 'FILE'
        and step in ('S02', 'S09')
        and {{ slice_bound('period', 'until', 'affected') }}
),

recounts as (
    select
        *,
        row_number() over (partition by unit_code, file_pid, period order by event_at desc, event_id desc) as choice
    from event
    where step = 'S09'
),

-- a file counted again in two months is a flow of both; within a month its last count stands
recount as (
    select * from recounts
    where choice = 1 and {{ in_slice('period', 'read') }}
),

counts as (
    select
        recount.unit_code,
        recount.file_pid,
        recount.period,
        event.leaf_count,
        event.file_sha256,
        event.provenance_rank,
        row_number() over (
            partition by recount.unit_code, recount.file_pid, recount.period
            order by event.event_at desc, event.event_id desc
        ) as choice
    from recount
    inner join event
        on recount.unit_code = event.unit_code and recount.file_pid = event.file_pid
    where event.step = 'S02' and event.event_at <= recount.event_at
),

counted as (
    select * from counts
    where choice = 1
),

final as (
    select
        recount.unit_code,
        recount.file_pid,
        recount.period,
        coalesce(counted.leaf_count = recount.leaf_count, false) as is_matched,
        counted.file_sha256 as counted_file_sha256,
        recount.file_sha256 as recounted_file_sha256,
        greatest(recount.provenance_rank, coalesce(counted.provenance_rank, 0)) as provenance_rank
    from recount
    left join counted
        on
            recount.unit_code = counted.unit_code
            and recount.file_pid = counted.file_pid
            and recount.period = counted.period
)

select
    unit_code,
    file_pid,
    period,
    is_matched,
    counted_file_sha256,
    recounted_file_sha256,
    provenance_rank
from final
