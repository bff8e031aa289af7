with cell as (
    select
        region,
        month_start,
        sex,
        insurance_class,
        insured_count,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_monthly_insured__count') }}
),

final as (
    select
        region,
        month_start,
        sex,
        insurance_class,
        cast(sum(insured_count) as bigint) as insured_count,
        cast(count(*) - count(insured_count) as bigint) as cells_without_figure,
        max(provenance_rank) as provenance_rank
    from cell
    group by region, month_start, sex, insurance_class
)

select
    region,
    month_start,
    sex,
    insurance_class,
    insured_count,
    cells_without_figure,
    {{ provenance_text('provenance_rank') }} as provenance
from final
