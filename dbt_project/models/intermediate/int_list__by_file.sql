with used as (
    select
        file_sha256,
        period
    from {{ ref('stg_contribution_list__list') }}
    where {{ in_slice('period', 'affected', 'contribution_list') }}
    union all
    select
        file_sha256,
        period
    from {{ ref('stg_contribution_list__worker') }}
    where {{ in_slice('period', 'affected', 'contribution_list') }}
    union all
    select
        file_sha256,
        period
    from {{ ref('stg_contribution_list__row_state') }}
    where state in ('quarantined', 'superseded') and {{ in_slice('period', 'affected', 'contribution_list') }}
),

received_row as (
    select
        file_sha256,
        period,
        count(*) as rows_received
    from used
    group by file_sha256, period
),

failed_row as (
    select
        file_sha256,
        period,
        count(distinct row_number) filter (where severity = 'error') as rows_failed,
        count(distinct row_number) filter (where severity = 'warning') as rows_flagged
    from {{ ref('int_list__broken_rule') }}
    group by file_sha256, period
),

filed as (
    select
        file_sha256,
        period,
        count(*) as lists
    from {{ ref('int_list__filed') }}
    group by file_sha256, period
),

worker as (
    select
        file_sha256,
        period,
        count(*) as workers
    from {{ ref('int_list__worker') }}
    group by file_sha256, period
),

received_file as (
    select
        file_sha256,
        sender_code,
        provenance_rank
    from {{ ref('stg_bronze__received_file') }}
    where source = 'contribution_list'
),

final as (
    select
        received_file.sender_code as unit_code,
        received_row.period,
        received_row.file_sha256,
        coalesce(filed.lists, 0) as lists,
        coalesce(worker.workers, 0) as workers,
        received_row.rows_received,
        coalesce(failed_row.rows_failed, 0) as rows_failed,
        coalesce(failed_row.rows_flagged, 0) as rows_flagged,
        received_file.provenance_rank
    from received_row
    inner join received_file on received_row.file_sha256 = received_file.file_sha256
    left join failed_row
        on received_row.file_sha256 = failed_row.file_sha256 and received_row.period = failed_row.period
    left join filed on received_row.file_sha256 = filed.file_sha256 and received_row.period = filed.period
    left join worker on received_row.file_sha256 = worker.file_sha256 and received_row.period = worker.period
)

select
    unit_code,
    period,
    file_sha256,
    lists,
    workers,
    rows_received,
    rows_failed,
    rows_flagged,
    provenance_rank
from final
