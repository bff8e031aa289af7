with recount as (
    select
        period,
        unit_code,
        is_matched,
        provenance_rank
    from {{ ref('int_scan__recount') }}
    where {{ in_slice('period', 'affected', 'scan_index') }}
),

event as (
    select
        period,
        unit_code,
        workflow,
        step,
        file_pid,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__step_event') }}
    where {{ in_slice('period', 'affected', 'scan_index') }}
),

document as (
    select
        period,
        unit_code,
        workflow,
        file_pid,
        image_count,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__document') }}
    where {{ in_slice('period', 'affected', 'scan_index') }}
),

final as (
    select
        'FILES_REGISTERED' as measure,
        unit_code,
        period,
        'NA' as workflow,
        'NA' as step,
        count(distinct file_pid) as value,
        count(distinct file_pid) as contributors,
        max(provenance_rank) as provenance_rank
    from event
    where workflow = 'FILE' and step = 'S03'
    group by unit_code, period
    union all
    select
        'FILES_RECOUNTED' as measure,
        unit_code,
        period,
        'NA' as workflow,
        'NA' as step,
        count(*) as value,
        count(*) as contributors,
        max(provenance_rank) as provenance_rank
    from recount
    group by unit_code, period
    union all
    select
        'FILES_MATCHED' as measure,
        unit_code,
        period,
        'NA' as workflow,
        'NA' as step,
        count(*) filter (where is_matched) as value,
        count(*) filter (where is_matched) as contributors,
        max(provenance_rank) as provenance_rank
    from recount
    group by unit_code, period
    union all
    select
        'IMAGES' as measure,
        unit_code,
        period,
        {{ or_total('workflow') }} as workflow,
        'NA' as step,
        cast(sum(image_count) as bigint) as value,
        count(distinct file_pid) as contributors,
        max(provenance_rank) as provenance_rank
    from document
    group by {{ grouping_sets(['unit_code', 'period'], [['workflow'], []]) }}
    union all
    select
        'EVENTS' as measure,
        unit_code,
        period,
        {{ or_total('workflow') }} as workflow,
        {{ or_total('step') }} as step,
        count(*) as value,
        count(distinct file_pid) as contributors,
        max(provenance_rank) as provenance_rank
    from event
    group by {{ grouping_sets(['unit_code', 'period'], [['workflow', 'step'], ['workflow'], ['step'], []]) }}
)

select
    measure,
    unit_code,
    period,
    workflow,
    step,
    cast(value as bigint) as value,
    cast(contributors as bigint) as contributors,
    provenance_rank
from final
