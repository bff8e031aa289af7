{# The models that count measures; a new one is one line here. #}
{% set counting_models = [
    'int_mis__measure',
    'int_smis__measure',
    'int_reporting__measure',
    'int_list__measure',
    'int_transfer__measure',
    'int_scan__measure'
] %}

with counted as (
    {%- for name in counting_models %}
    select
        measure_code,
        source,
        unit_code,
        period,
        file_sha256,
        value,
        rows_used,
        provenance_rank
    from {{ ref(name) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

unit as (
    select
        period,
        unit_code,
        directorate_code,
        geo_code
    from {{ ref('int_unit__by_period') }}
),

final as (
    select
        counted.measure_code,
        counted.source,
        counted.unit_code,
        unit.directorate_code,
        unit.geo_code,
        counted.period,
        counted.file_sha256,
        counted.value,
        counted.rows_used,
        counted.provenance_rank
    from counted
    inner join unit on counted.unit_code = unit.unit_code and counted.period = unit.period
)

select
    measure_code,
    source,
    unit_code,
    directorate_code,
    geo_code,
    period,
    file_sha256,
    value,
    rows_used,
    provenance_rank
from final
