with visited as (
    select file_pid from {{ ref('stg_scan_index__step_event') }}
    where workflow = 'FILE' and step = 'S09' and {{ in_slice('period', 'affected', 'scan_index') }}
),

-- a file may have been counted first in any month before
counting as (
    select
        unit_code,
        file_pid,
        period,
        step,
        event_at,
        leaf_count,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__step_event') }}
    where
        workflow = 'FILE' and step in ('S02', 'S09') and {{ slice_bound('period', 'until', 'affected', 'scan_index') }}
        and {{ is_visited('file_pid') }}
),

first_count as (
    select * from counting
    where step = 'S02'
),

recounts as (
    select
        *,
        row_number() over (
            partition by unit_code, file_pid
            order by event_at asc nulls last, leaf_count desc nulls last, file_sha256 desc nulls last
        ) as choice
    from counting
    where step = 'S09'
),

-- a file belongs to the month in which its leaves were counted again first; what a later count says came of a mending
recount as (
    select * from recounts
    where choice = 1 and {{ in_slice('period', 'affected', 'scan_index') }}
),

counts as (
    select
        recount.unit_code,
        recount.file_pid,
        recount.period,
        first_count.leaf_count,
        first_count.file_sha256,
        first_count.provenance_rank,
        row_number() over (
            partition by recount.unit_code, recount.file_pid, recount.period
            order by
                first_count.event_at desc nulls last,
                first_count.leaf_count desc nulls last,
                first_count.file_sha256 desc nulls last
        ) as choice
    from recount
    inner join first_count
        on recount.unit_code = first_count.unit_code and recount.file_pid = first_count.file_pid
    where first_count.event_at <= recount.event_at
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
