{%- set steps = scan_steps() -%}

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

-- a file is one row with what was done to it at each step, so that files are counted without looking for the same ones
file_work as (
    select
        unit_code,
        period,
        workflow,
        file_pid,
        {%- for step in steps %}
        count(case when step = '{{ step }}' then 1 end) as events_{{ step | lower }},
        max(case when step = '{{ step }}' then provenance_rank end) as rank_{{ step | lower }},
        {%- endfor %}
        count(*) as events,
        max(provenance_rank) as provenance_rank
    from event
    group by unit_code, period, workflow, file_pid
),

file_total as (
    select
        unit_code,
        period,
        'TOTAL' as workflow,
        file_pid,
        {%- for step in steps %}
        sum(events_{{ step | lower }}) as events_{{ step | lower }},
        max(rank_{{ step | lower }}) as rank_{{ step | lower }},
        {%- endfor %}
        sum(events) as events,
        max(provenance_rank) as provenance_rank
    from file_work
    group by unit_code, period, file_pid
),

worked as (
    {%- for relation in ['file_work', 'file_total'] %}
    select
        unit_code,
        period,
        workflow,
        {%- for step in steps %}
        sum(events_{{ step | lower }}) as events_{{ step | lower }},
        count(case when events_{{ step | lower }} > 0 then 1 end) as files_{{ step | lower }},
        max(rank_{{ step | lower }}) as rank_{{ step | lower }},
        {%- endfor %}
        sum(events) as events,
        count(*) as files,
        max(provenance_rank) as provenance_rank
    from {{ relation }}
    group by unit_code, period, workflow
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        'FILES_REGISTERED' as measure,
        unit_code,
        period,
        'NA' as workflow,
        'NA' as step,
        files_s03 as value,
        files_s03 as contributors,
        rank_s03 as provenance_rank
    from worked
    where workflow = 'FILE' and files_s03 > 0
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
        workflow,
        'TOTAL' as step,
        events as value,
        files as contributors,
        provenance_rank
    from worked
    {%- for step in steps %}
    union all
    select
        'EVENTS' as measure,
        unit_code,
        period,
        workflow,
        '{{ step }}' as step,
        events_{{ step | lower }} as value,
        files_{{ step | lower }} as contributors,
        rank_{{ step | lower }} as provenance_rank
    from worked
    where events_{{ step | lower }} > 0
    {%- endfor %}
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
