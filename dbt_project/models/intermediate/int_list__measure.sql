{# A figure of a unit's lists: the column of `int_list__by_unit` that holds it, whether it only counts for units whose
   obliged workshops are known, and the rows of a file that it was counted from (a column of `int_list__by_file`). #}
{% set figures = [
    ('list_workshop_received', 'workshops_received', true, 'lists'),
    ('list_workshop_dated', 'workshops_dated', true, 'lists'),
    ('list_workshop_on_time', 'workshops_on_time', true, 'lists'),
    ('list_due', 'lists_due', true, 'lists'),
    ('list_on_time', 'lists_on_time', true, 'lists'),
    ('list_insured_day', 'insured_days', false, 'workers'),
    ('list_insurable_pay', 'insurable_pay', false, 'workers'),
    ('list_possible_day', 'possible_days', false, 'workers'),
    ('list_workshop_paid', 'workshops_paid', false, 'workers')
] %}

with list_unit as (
    select * from {{ ref('int_list__by_unit') }}
),

list_file as (
    select * from {{ ref('int_list__by_file') }}
),

obliged as (
    select * from {{ ref('int_mis__measure') }}
    where measure_code = 'workshop_obliged'
),

-- figures of a unit's lists, and beside them the files that they were counted from
listed as (
    {%- for measure_code, figure, needs_obliged, rows in figures %}
    select
        '{{ measure_code }}' as measure_code,
        'contribution_list' as source,
        unit_code,
        period,
        {{ null_text() }} as file_sha256,
        {{ figure }} as value,
        0 as rows_used,
        provenance_rank
    from list_unit
    {{ 'where workshops_obliged is not null' if needs_obliged }}
    union all
    select
        '{{ measure_code }}' as measure_code,
        'contribution_list' as source,
        list_file.unit_code,
        list_file.period,
        list_file.file_sha256,
        0 as value,
        list_file.{{ rows }} as rows_used,
        list_file.provenance_rank
    from list_file
    inner join list_unit on list_file.unit_code = list_unit.unit_code and list_file.period = list_unit.period
    where
        list_file.{{ rows }} > 0
        {{ 'and list_unit.workshops_obliged is not null' if needs_obliged }}
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
        obliged.unit_code,
        obliged.period,
        obliged.file_sha256,
        {{ 'obliged.value' if measure == 'list_workshop_obliged' else '0' }} as value,
        obliged.rows_used,
        obliged.provenance_rank
    from obliged
    inner join list_unit on obliged.unit_code = list_unit.unit_code and obliged.period = list_unit.period
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select * from listed
)

select
    measure_code,
    source,
    unit_code,
    period,
    file_sha256,
    cast(value as bigint) as value,
    cast(rows_used as bigint) as rows_used,
    provenance_rank
from final
