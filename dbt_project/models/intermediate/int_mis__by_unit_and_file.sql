with report as (
    select
        unit_code,
        period,
        file_sha256,
        measure,
        insurance_type,
        sex,
        pension_kind,
        payer_type,
        value,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_mis__report') }}
    where {{ in_slice('period', 'read', 'mis') }}
),

final as (
    select
        unit_code,
        period,
        file_sha256,
        {{- measure_columns(mis_measures()) }}
        count(*) as rows_accepted,
        max(provenance_rank) as provenance_rank
    from report
    group by unit_code, period, file_sha256
)

select * from final
