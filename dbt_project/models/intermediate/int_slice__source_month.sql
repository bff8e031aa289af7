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

transfer_event as (
    select distinct
        file_pid,
        period
    from {{ ref('stg_pension_transfer__event') }}
),

scan_event as (
    select
        unit_code,
        file_pid,
        step,
        period
    from {{ ref('stg_scan_index__step_event') }}
    where workflow = 'FILE' and step in ('S02', 'S09')
),

touched_pension_file as (
    select distinct transfer_event.file_pid
    from transfer_event
    inner join asked_month on transfer_event.period = asked_month.period
),

touched_file as (
    select distinct
        scan_event.unit_code,
        scan_event.file_pid
    from scan_event
    inner join asked_month on scan_event.period = asked_month.period
),

affected as (
    select
        period,
        source
    from asked
    union
    select
        reach.period,
        'pension_transfer' as source
    from {{ ref('int_transfer__reach') }} as reach
    inner join touched_pension_file on reach.file_pid = touched_pension_file.file_pid
    union
    select
        scan_event.period,
        'scan_index' as source
    from scan_event
    inner join touched_file
        on scan_event.unit_code = touched_file.unit_code and scan_event.file_pid = touched_file.file_pid
    where scan_event.step = 'S09'
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
