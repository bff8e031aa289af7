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

list_unit as (
    select * from {{ ref('int_list__by_unit') }}
),

list_file as (
    select * from {{ ref('int_list__by_file') }}
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
    where file_order = 1 and source in ('mis', 'smis')
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
    where (file_order = 1 or is_in_time) and source in ('mis', 'smis')
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

-- figures of a unit's lists, and beside them the files that they were counted from
listed as (
    {%- for measure in list_measures() %}
    select
        '{{ measure.code }}' as measure_code,
        'contribution_list' as source,
        unit_code,
        period,
        {{ null_text() }} as file_sha256,
        {{ measure.of }} as value,
        0 as rows_used,
        provenance_rank
    from list_unit
    {{ 'where workshops_obliged is not null' if measure.needs_obliged }}
    union all
    select
        '{{ measure.code }}' as measure_code,
        'contribution_list' as source,
        list_file.unit_code,
        list_file.period,
        list_file.file_sha256,
        0 as value,
        list_file.{{ measure.rows }} as rows_used,
        list_file.provenance_rank
    from list_file
    inner join list_unit on list_file.unit_code = list_unit.unit_code and list_file.period = list_unit.period
    where
        list_file.{{ measure.rows }} > 0
        {{ 'and list_unit.workshops_obliged is not null' if measure.needs_obliged }}
    union all
    {%- endfor %}
    {%- for measure in ['received', 'failed'] %}
    select
        'list_row_{{ measure }}' as measure_code,
        'contribution_list' as source,
        unit_code,
        period,
        file_sha256,
        rows_{{ measure }} as value,
        rows_{{ measure }} as rows_used,
        provenance_rank
    from list_file
    union all
    {%- endfor %}
    {%- for measure in ['list_workshop_obliged', 'list_due'] %}
    select
        '{{ measure }}' as measure_code,
        'mis' as source,
        mis.unit_code,
        mis.period,
        mis.file_sha256,
        {{ 'mis.workshop_obliged' if measure == 'list_workshop_obliged' else '0' }} as value,
        mis.workshop_obliged_rows as rows_used,
        mis.provenance_rank
    from mis
    inner join list_unit on mis.unit_code = list_unit.unit_code and mis.period = list_unit.period
    where mis.workshop_obliged is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measured as (
    select * from reported
    union all
    select * from listed
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
