with report as (
    select
        unit_code,
        period,
        file_sha256,
        provenance
    from {{ ref('stg_mis__report') }}
    where {{ in_slice('period', 'affected', 'mis') }}
),

final as (
    select
        unit_code,
        period,
        file_sha256,
        count(*) as rows_accepted,
        max({{ provenance_rank('provenance') }}) as provenance_rank
    from report
    group by unit_code, period, file_sha256
)

select
    unit_code,
    period,
    file_sha256,
    rows_accepted,
    provenance_rank
from final
