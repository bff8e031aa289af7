with list as (
    select
        unit_code,
        period,
        workshop_pid,
        list_pid,
        filed_on,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_contribution_list__list') }}
    where {{ in_slice('period', 'affected', 'contribution_list') }}
),

due as (
    select
        period,
        due_on
    from {{ source('vocabulary', 'calendar_due') }}
    where source = 'contribution_list'
),

month as (
    select
        period,
        period_end
    from {{ source('vocabulary', 'period') }}
),

obligation as (
    select max(latency_days) as latency_days
    from {{ source('vocabulary', 'reporting_obligation') }}
    where source = 'contribution_list'
),

received as (
    select
        file_sha256,
        prepared_on
    from {{ ref('stg_bronze__received_file') }}
),

-- a list of which neither the day of filing nor that of its file is known counts as received by the cut-off, and as
-- neither in time nor late
final as (
    select
        list.unit_code,
        list.period,
        list.workshop_pid,
        list.list_pid,
        list.file_sha256,
        coalesce(
            coalesce(list.filed_on, received.prepared_on)
            <= {{ days_after('month.period_end', 'obligation.latency_days') }},
            true
        ) as is_received,
        list.filed_on is not null as is_dated,
        coalesce(list.filed_on <= due.due_on, false) as is_on_time,
        list.provenance_rank
    from list
    inner join due on list.period = due.period
    inner join month on list.period = month.period
    cross join obligation
    left join received on list.file_sha256 = received.file_sha256
)

select
    unit_code,
    period,
    workshop_pid,
    list_pid,
    file_sha256,
    is_received,
    is_dated,
    is_on_time,
    provenance_rank
from final
