with event as (
    select
        unit_code,
        period,
        workflow,
        step,
        file_pid,
        event_at,
        leaf_count,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__step_event') }}
    where {{ in_slice('period', 'affected', 'scan_index') }}
),

image as (
    select
        unit_code,
        period,
        file_pid,
        sum(image_count) as images
    from {{ ref('stg_scan_index__document') }}
    where workflow = 'FILE' and {{ in_slice('period', 'affected', 'scan_index') }}
    group by unit_code, period, file_pid
),

instant as (
    select
        unit_code,
        period,
        event_at,
        count(*) as events,
        max(provenance_rank) as provenance_rank
    from event
    where event_at is not null
    group by unit_code, period, event_at
),

recount as (
    select
        unit_code,
        period,
        file_pid,
        max(leaf_count) as leaves,
        max(provenance_rank) as provenance_rank
    from event
    where workflow = 'FILE' and step = 'S09' and leaf_count > 0
    group by unit_code, period, file_pid
),

-- a leaf has two sides; files that were counted again and entered in the same month
counted as (
    select
        'IMAGES_PER_LEAF' as rule_code,
        recount.unit_code,
        recount.period,
        count(*) as cases,
        cast(sum(image.images) as double) / sum(recount.leaves) as value,
        cast(2 as double) as reference,
        count(*) >= 5 and sum(image.images) > 2 * sum(recount.leaves) as is_shown,
        max(recount.provenance_rank) as provenance_rank
    from recount
    inner join image
        on
            recount.unit_code = image.unit_code
            and recount.period = image.period
            and recount.file_pid = image.file_pid
    group by recount.unit_code, recount.period
    union all
    -- one count in ten ends in a nought where nobody rounds: beyond 99.8 % of what chance does
    select
        'HEAPED_COUNTS' as rule_code,
        unit_code,
        period,
        count(*) as cases,
        cast(count(*) filter (where leaf_count % 10 = 0) as double) * 100 / count(*) as value,
        cast(10 as double) as reference,
        count(*) >= 50
        and count(*) filter (where leaf_count % 10 = 0) - 0.1 * count(*)
        > 3.090232 * sqrt(cast(count(*) as double) * 0.09) as is_shown,
        max(provenance_rank) as provenance_rank
    from event
    where leaf_count is not null
    group by unit_code, period
    union all
    -- ten steps or more at one instant are entered by the heap
    select
        'SAME_INSTANT' as rule_code,
        unit_code,
        period,
        sum(events) as cases,
        cast(coalesce(sum(events) filter (where events >= 10), 0) as double) * 100 / sum(events) as value,
        cast(20 as double) as reference,
        sum(events) >= 50 and coalesce(sum(events) filter (where events >= 10), 0) * 5 >= sum(events) as is_shown,
        max(provenance_rank) as provenance_rank
    from instant
    group by unit_code, period
),

final as (
    select * from counted
    where is_shown
)

select
    rule_code,
    unit_code,
    period,
    cast(cases as bigint) as cases,
    value,
    reference,
    provenance_rank
from final
