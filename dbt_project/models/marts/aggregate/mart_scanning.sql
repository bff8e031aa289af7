{{ config(slice_by='period', slice_scope='affected', slice_source='scan_index') }}

with cell as (
    select * from {{ ref('int_scan__by_unit') }}
),

unit as (
    select
        period,
        unit_code,
        geo_code
    from {{ ref('int_unit__by_period') }}
),

final as (
    select
        cell.measure,
        {{ or_total('unit.geo_code', 'IR') }} as geo_code,
        cell.period,
        cell.workflow,
        cell.step,
        cast(sum(cell.value) as bigint) as value,
        cast(sum(cell.contributors) as bigint) as contributors,
        max(cell.provenance_rank) as provenance_rank
    from cell
    inner join unit on cell.unit_code = unit.unit_code and cell.period = unit.period
    group by {{ grouping_sets(['cell.measure', 'cell.period', 'cell.workflow', 'cell.step'], [
            ['unit.geo_code'],
            []
        ]) }}
)

select
    measure,
    geo_code,
    period,
    workflow,
    step,
    value,
    contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
