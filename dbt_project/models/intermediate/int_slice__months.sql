with month as (
    select
        period,
        next_year_period,
        previous_year_period
    from {{ source('vocabulary', 'period') }}
),

asked as (
    select
        period,
        next_year_period
    from month
    where {{ is_asked('period') }}
),

transfer_event as (
    select
        transfer_id,
        event_type,
        period
    from {{ ref('stg_pension_transfer__event') }}
),

scan_event as (
    select
        unit_code,
        file_pid,
        workflow,
        step,
        period
    from {{ ref('stg_scan_index__step_event') }}
),

touched_transfer as (
    select distinct transfer_event.transfer_id
    from transfer_event
    inner join asked on transfer_event.period = asked.period
),

touched_file as (
    select distinct
        scan_event.unit_code,
        scan_event.file_pid
    from scan_event
    inner join asked on scan_event.period = asked.period
    where scan_event.workflow = 'FILE' and scan_event.step in ('S02', 'S09')
),

affected as (
    select period from asked
    union
    select next_year_period as period from asked
    union
    select transfer_event.period
    from transfer_event
    inner join touched_transfer on transfer_event.transfer_id = touched_transfer.transfer_id
    where transfer_event.event_type = 'REFERRED'
    union
    select scan_event.period
    from scan_event
    inner join touched_file
        on scan_event.unit_code = touched_file.unit_code and scan_event.file_pid = touched_file.file_pid
    where scan_event.workflow = 'FILE' and scan_event.step = 'S09'
),

wanted as (
    select period from affected
    union
    select month.previous_year_period as period
    from affected
    inner join month on affected.period = month.period
),

final as (
    select
        wanted.period,
        asked.period is not null as is_asked,
        affected.period is not null as is_affected
    from wanted
    left join asked on wanted.period = asked.period
    left join affected on wanted.period = affected.period
    where wanted.period is not null
)

select
    period,
    is_asked,
    is_affected
from final
