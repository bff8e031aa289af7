with month as (
    select period from {{ source('vocabulary', 'period') }}
),

asked as (
    select
        month.period,
        source_of.source
    from month
    cross join {{ source('vocabulary', 'source') }} as source_of
    where {{ is_asked('month.period') }}
),

asked_month as (
    select distinct period from asked
),

-- whatever looks back at a case, a branch's binder among them, does so in the same and earlier months only
scan_case as (
    {%- for model in ['stg_scan_index__step_event', 'stg_scan_index__document', 'stg_scan_index__paper_act'] %}
    select
        workflow,
        file_pid,
        document_pid,
        {% if loop.last %}unit_code{% else %}{{ null_text() }}{% endif %} as kept_at,
        {% if loop.last %}binder_pid{% else %}cast(null as binary){% endif %} as kept_in,
        period
    from {{ ref(model) }}
    where period >= (select min(asked_month.period) from asked_month)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

touched_pension_file as (
    select distinct file_pid
    from {{ ref('stg_pension_transfer__event') }}
    where {{ is_asked('period') }}
),

touched_case as (
    select
        scan_case.workflow,
        scan_case.file_pid,
        scan_case.document_pid,
        min(scan_case.period) as period
    from scan_case
    inner join asked_month on scan_case.period = asked_month.period
    group by scan_case.workflow, scan_case.file_pid, scan_case.document_pid
),

touched_binder as (
    select
        scan_case.kept_at,
        scan_case.kept_in,
        min(scan_case.period) as period
    from scan_case
    inner join asked_month on scan_case.period = asked_month.period
    where scan_case.kept_in is not null
    group by scan_case.kept_at, scan_case.kept_in
),

affected as (
    select
        period,
        source
    from asked
    union
    -- what is due, unpaid or under way is told up to the last month of the log: a month that had none, with the next
    select
        period,
        'pension_transfer' as source
    from {{ ref('int_slice__skipped_month') }}
    union
    select
        reach.period,
        'pension_transfer' as source
    from {{ ref('int_transfer__reach') }} as reach
    inner join touched_pension_file on reach.file_pid = touched_pension_file.file_pid
    union
    select
        scan_case.period,
        'scan_index' as source
    from scan_case
    inner join touched_case
        on
            scan_case.file_pid = touched_case.file_pid
            and scan_case.document_pid = touched_case.document_pid
            and scan_case.workflow = touched_case.workflow
    where scan_case.period > touched_case.period
    union
    select
        scan_case.period,
        'scan_index' as source
    from scan_case
    inner join touched_binder
        on
            scan_case.kept_at = touched_binder.kept_at
            and scan_case.kept_in = touched_binder.kept_in
    where scan_case.period > touched_binder.period
),

final as (
    select
        affected.period,
        affected.source,
        asked.period is not null as is_asked
    from affected
    left join asked on affected.period = asked.period and affected.source = asked.source
)

select
    period,
    source,
    is_asked
from final
