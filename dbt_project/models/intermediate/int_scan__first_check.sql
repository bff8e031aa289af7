{{ config(materialized='view') }}

with imaged as (
    select distinct
        workflow,
        file_pid,
        document_pid,
        period,
        horizon_period
    from {{ ref('int_scan__event') }}
    where act = 'S05' and {{ in_slice('period', 'affected', 'scan_index') }}
),

checked as (
    select
        workflow,
        file_pid,
        document_pid,
        period,
        at_second
    from {{ ref('int_scan__event') }}
    where act = 'S06'
),

final as (
    select
        imaged.workflow,
        imaged.file_pid,
        imaged.document_pid,
        imaged.period,
        min(checked.at_second) as checked_second
    from imaged
    inner join checked
        on
            imaged.file_pid = checked.file_pid
            and imaged.document_pid = checked.document_pid
            and imaged.workflow = checked.workflow
    where checked.period between imaged.horizon_period and imaged.period
    group by imaged.workflow, imaged.file_pid, imaged.document_pid, imaged.period
)

select
    workflow,
    file_pid,
    document_pid,
    period,
    checked_second
from final
