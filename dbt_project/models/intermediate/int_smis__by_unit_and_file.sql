with report as (
    select
        unit_code,
        period,
        file_sha256,
        measure,
        value,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_smis__report') }}
    where {{ in_slice('period', 'read', 'smis') }}
),

final as (
    select
        unit_code,
        period,
        file_sha256,
        {{- measure_columns(smis_measures()) }}
        count(*) as rows_accepted,
        max(provenance_rank) as provenance_rank
    from report
    group by unit_code, period, file_sha256
)

select * from final
