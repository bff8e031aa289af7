with unit as (
    select
        period,
        unit_code,
        kind,
        directorate_code,
        geo_code
    from {{ ref('int_unit__by_period') }}
    where is_in_force
),

obligation as (
    select
        unit_kind,
        source,
        latency_days
    from {{ source('vocabulary', 'reporting_obligation') }}
),

observed as (
    select
        period,
        period_end,
        provenance_rank
    from {{ ref('int_period__observed') }}
),

accepted as (
    select
        'mis' as source,
        unit_code,
        period,
        file_sha256,
        rows_accepted
    from {{ ref('int_mis__by_unit_and_file') }}
    union all
    select
        'smis' as source,
        unit_code,
        period,
        file_sha256,
        rows_accepted
    from {{ ref('int_smis__by_unit_and_file') }}
    union all
    select
        'contribution_list' as source,
        unit_code,
        period,
        file_sha256,
        lists + workers as rows_accepted
    from {{ ref('int_list__by_file') }}
    where lists > 0
),

received as (
    select
        file_sha256,
        prepared_on
    from {{ ref('stg_bronze__received_file') }}
),

obliged as (
    select
        unit.unit_code,
        unit.directorate_code,
        unit.geo_code,
        unit.period,
        obligation.source,
        observed.provenance_rank,
        {{ days_after('observed.period_end', 'obligation.latency_days') }} as due_on
    from unit
    inner join obligation on unit.kind = obligation.unit_kind
    inner join observed on unit.period = observed.period
    where {{ in_slice_of('unit.period', 'obligation.source', 'affected') }}
),

-- a file that does not say when it was prepared counts as in time
arrived as (
    select
        obliged.unit_code,
        obliged.directorate_code,
        obliged.geo_code,
        obliged.period,
        obliged.source,
        obliged.provenance_rank,
        accepted.file_sha256,
        accepted.rows_accepted,
        coalesce(received.prepared_on <= obliged.due_on, true) as is_in_time
    from obliged
    left join accepted
        on
            obliged.unit_code = accepted.unit_code
            and obliged.period = accepted.period
            and obliged.source = accepted.source
    left join received on accepted.file_sha256 = received.file_sha256
),

final as (
    select
        unit_code,
        directorate_code,
        geo_code,
        period,
        source,
        provenance_rank,
        file_sha256,
        rows_accepted,
        file_sha256 is not null as is_reported,
        file_sha256 is not null and is_in_time as is_in_time,
        row_number() over (
            partition by unit_code, period, source
            order by case when file_sha256 is not null and is_in_time then 0 else 1 end, file_sha256 nulls last
        ) as file_order
    from arrived
)

select
    unit_code,
    directorate_code,
    geo_code,
    period,
    source,
    provenance_rank,
    file_sha256,
    rows_accepted,
    is_reported,
    is_in_time,
    file_order
from final
