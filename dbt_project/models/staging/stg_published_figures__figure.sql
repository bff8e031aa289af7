select
    fact_no,
    source_id,
    as_of_jalali,
    period,
    period_certainty,
    measure,
    dimension_value,
    value,
    unit,
    identity_group,
    role,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'published_figure') }}
