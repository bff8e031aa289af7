with mis as (
    select * from {{ ref('int_mis__by_unit_and_file') }}
),

smis as (
    select * from {{ ref('int_smis__by_unit_and_file') }}
),

reporting as (
    select * from {{ ref('int_reporting__by_unit') }}
),

transfer as (
    select * from {{ ref('int_transfer__cohort') }}
    where not is_cancelled
),

recount as (
    select * from {{ ref('int_scan__recount') }}
),

unit as (
    select
        period,
        unit_code,
        geo_code
    from {{ ref('int_unit__by_period') }}
),

reported as (
    {{- measure_rows('mis', 'mis', mis_measures()) }}
    union all
    {{- measure_rows('smis', 'smis', smis_measures()) }}
),

-- one contribution of 1 a unit and source, however many files carry its rows
counted as (
    select
        'unit_obliged' as measure_code,
        source,
        unit_code,
        period,
        {{ null_text() }} as file_sha256,
        1 as value,
        0 as rows_used,
        provenance_rank
    from reporting
    where file_order = 1
    union all
    select
        'unit_reported' as measure_code,
        source,
        unit_code,
        period,
        case when is_in_time then file_sha256 end as file_sha256,
        case when is_in_time and file_order = 1 then 1 else 0 end as value,
        case when is_in_time then rows_accepted else 0 end as rows_used,
        provenance_rank
    from reporting
    where file_order = 1 or is_in_time
    union all
    select
        'transfer_file_referred' as measure_code,
        'pension_transfer' as source,
        unit_code,
        period,
        referred_file_sha256 as file_sha256,
        1 as value,
        1 as rows_used,
        provenance_rank
    from transfer
    union all
    select
        'transfer_file_activated' as measure_code,
        'pension_transfer' as source,
        unit_code,
        period,
        activated_file_sha256 as file_sha256,
        case when is_activated then 1 else 0 end as value,
        case when is_activated then 1 else 0 end as rows_used,
        provenance_rank
    from transfer
    union all
    select
        'scan_file_recounted' as measure_code,
        'scan_index' as source,
        unit_code,
        period,
        recounted_file_sha256 as file_sha256,
        1 as value,
        1 as rows_used,
        provenance_rank
    from recount
    union all
    select
        'scan_file_matched' as measure_code,
        'scan_index' as source,
        unit_code,
        period,
        recounted_file_sha256 as file_sha256,
        case when is_matched then 1 else 0 end as value,
        1 as rows_used,
        provenance_rank
    from recount
    union all
    select
        'scan_file_matched' as measure_code,
        'scan_index' as source,
        unit_code,
        period,
        counted_file_sha256 as file_sha256,
        0 as value,
        1 as rows_used,
        provenance_rank
    from recount
    where counted_file_sha256 is not null
),

measured as (
    select * from reported
    union all
    select
        measure_code,
        source,
        unit_code,
        period,
        file_sha256,
        cast(sum(value) as bigint) as value,
        cast(sum(rows_used) as bigint) as rows_used,
        max(provenance_rank) as provenance_rank
    from counted
    group by measure_code, source, unit_code, period, file_sha256
),

final as (
    select
        measured.measure_code,
        measured.source,
        measured.unit_code,
        unit.geo_code,
        measured.period,
        measured.file_sha256,
        measured.value,
        measured.rows_used,
        measured.provenance_rank
    from measured
    inner join unit on measured.unit_code = unit.unit_code and measured.period = unit.period
)

select
    measure_code,
    source,
    unit_code,
    geo_code,
    period,
    file_sha256,
    value,
    rows_used,
    provenance_rank
from final
