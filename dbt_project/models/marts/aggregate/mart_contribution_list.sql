{{ config(slice_by='period', slice_scope='affected', slice_source='contribution_list') }}

with cell as (
    select * from {{ ref('int_list__cell') }}
    where measure <> 'PERSONS'
),

worker as (
    select
        unit_code,
        period,
        person_pid,
        provenance_rank
    from {{ ref('int_list__worker') }}
),

unit as (
    select
        period,
        unit_code,
        geo_code
    from {{ ref('int_unit__by_period') }}
),

-- rows under a rule are set against all rows of the area, those of units where nothing breaks it too
row_count as (
    select
        {{ or_total('unit.geo_code', 'IR') }} as geo_code,
        cell.period,
        cast(sum(cell.value) as bigint) as rows_received
    from cell
    inner join unit on cell.unit_code = unit.unit_code and cell.period = unit.period
    where cell.measure = 'ROWS_RECEIVED'
    group by {{ grouping_sets(['cell.period'], [['unit.geo_code'], []]) }}
),

summed as (
    select
        cell.measure,
        {{ or_total('unit.geo_code', 'IR') }} as geo_code,
        cell.period,
        cell.rule_code,
        cast(sum(cell.value) as bigint) as value,
        cast(sum(cell.contributors) as bigint) as contributors,
        max(cell.provenance_rank) as provenance_rank
    from cell
    inner join unit on cell.unit_code = unit.unit_code and cell.period = unit.period
    group by {{ grouping_sets(['cell.measure', 'cell.period', 'cell.rule_code'], [['unit.geo_code'], []]) }}
),

-- a person insured at two places counts once in each area
person as (
    select
        {{ or_total('unit.geo_code', 'IR') }} as geo_code,
        worker.period,
        count(distinct worker.person_pid) as persons,
        max(worker.provenance_rank) as provenance_rank
    from worker
    inner join unit on worker.unit_code = unit.unit_code and worker.period = unit.period
    group by {{ grouping_sets(['worker.period'], [['unit.geo_code'], []]) }}
),

final as (
    select
        summed.measure,
        summed.geo_code,
        summed.period,
        summed.rule_code,
        summed.value,
        case
            when summed.measure in ('ROWS_FAILED', 'ROWS_FLAGGED') then row_count.rows_received
            else summed.contributors
        end as contributors,
        summed.provenance_rank
    from summed
    left join row_count on summed.geo_code = row_count.geo_code and summed.period = row_count.period
    union all
    select
        'PERSONS' as measure,
        geo_code,
        period,
        'NA' as rule_code,
        cast(persons as bigint) as value,
        cast(persons as bigint) as contributors,
        provenance_rank
    from person
)

select
    measure,
    geo_code,
    period,
    rule_code,
    value,
    contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
