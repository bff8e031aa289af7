with accepted as (
    select distinct
        unit_code,
        period,
        workshop_pid,
        list_pid
    from {{ ref('int_list__filed') }}
),

worker as (
    select
        unit_code,
        period,
        workshop_pid,
        list_pid,
        person_pid,
        day_count,
        insurable_rial,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_contribution_list__worker') }}
    where {{ in_slice('period', 'affected', 'contribution_list') }}
),

final as (
    select
        worker.unit_code,
        worker.period,
        worker.workshop_pid,
        worker.person_pid,
        worker.file_sha256,
        worker.day_count,
        worker.insurable_rial,
        worker.provenance_rank
    from worker
    inner join accepted
        on
            worker.unit_code = accepted.unit_code
            and worker.period = accepted.period
            and worker.workshop_pid = accepted.workshop_pid
            and worker.list_pid = accepted.list_pid
)

select
    unit_code,
    period,
    workshop_pid,
    person_pid,
    file_sha256,
    day_count,
    insurable_rial,
    provenance_rank
from final
