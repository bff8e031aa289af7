with month as (
    select
        period,
        next_year_period,
        previous_year_period
    from {{ source('vocabulary', 'period') }}
),

reading as (
    select distinct
        indicator_source.main_source,
        indicator_source.source,
        indicator.kind = 'growth' as is_growth
    from {{ source('vocabulary', 'indicator_source') }} as indicator_source
    inner join {{ source('vocabulary', 'indicator') }} as indicator
        on indicator_source.indicator_code = indicator.indicator_code
),

asked as (
    select
        month.period,
        month.next_year_period,
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
        asked.next_year_period as period,
        asked.source
    from asked
    inner join reading on asked.source = reading.main_source
    where reading.is_growth
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

-- the figures of a main source are computed whole, so every source that they are read from is needed
wanted as (
    select
        period,
        source
    from affected
    union
    select
        affected.period,
        reading.source
    from affected
    inner join reading on affected.source = reading.main_source
    union
    select
        month.previous_year_period as period,
        reading.source
    from affected
    inner join month on affected.period = month.period
    inner join reading on affected.source = reading.main_source
    where reading.is_growth
),

final as (
    select
        wanted.period,
        wanted.source,
        asked.period is not null as is_asked,
        affected.period is not null as is_affected
    from wanted
    left join asked on wanted.period = asked.period and wanted.source = asked.source
    left join affected on wanted.period = affected.period and wanted.source = affected.source
    where wanted.period is not null
)

select
    period,
    source,
    is_asked,
    is_affected
from final
