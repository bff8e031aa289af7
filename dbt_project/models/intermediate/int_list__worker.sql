with accepted as (
    select distinct
        unit_code,
        period,
        workshop_pid,
        list_no
    from {{ ref('int_list__filed') }}
),

worker as (
    select
        unit_code,
        period,
        workshop_pid,
        list_no,
        person_pid,
        day_count,
        insurable_rial,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_contribution_list__worker') }}
    where {{ in_slice('period', 'affected') }}
),

-- a person in two lists of one workshop counts once, with the days and the pay of both
final as (
    select
        worker.unit_code,
        worker.period,
        worker.workshop_pid,
        worker.person_pid,
        worker.file_sha256,
        cast(sum(worker.day_count) as bigint) as day_count,
        cast(sum(worker.insurable_rial) as decimal(38, 0)) as insurable_rial,
        count(*) as row_count,
        max(worker.provenance_rank) as provenance_rank
    from worker
    inner join accepted
        on
            worker.unit_code = accepted.unit_code
            and worker.period = accepted.period
            and worker.workshop_pid = accepted.workshop_pid
            and worker.list_no = accepted.list_no
    group by worker.unit_code, worker.period, worker.workshop_pid, worker.person_pid, worker.file_sha256
)

select
    unit_code,
    period,
    workshop_pid,
    person_pid,
    file_sha256,
    day_count,
    insurable_rial,
    row_count,
    provenance_rank
from final
