{# The models of records whose durations medians are taken of; a new one is one line here. #}
{% set record_models = ['int_transfer__duration', 'int_award__duration'] %}

{{ config(slice_by=['period', 'source'], slice_scope='affected') }}

with record as (
    {%- for name in record_models %}
    select
        measure_code,
        source,
        record_pid,
        unit_code,
        period,
        days,
        is_closed,
        file_sha256,
        closing_file_sha256,
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
        record.measure_code,
        record.source,
        record.record_pid,
        record.unit_code,
        unit.directorate_code,
        unit.geo_code,
        record.period,
        record.days,
        record.is_closed,
        record.file_sha256,
        record.closing_file_sha256,
        record.provenance_rank
    from record
    inner join unit on record.unit_code = unit.unit_code and record.period = unit.period
)

select
    measure_code,
    source,
    record_pid,
    unit_code,
    directorate_code,
    geo_code,
    period,
    days,
    is_closed,
    file_sha256,
    closing_file_sha256,
    {{ provenance_text('provenance_rank') }} as provenance
from final
