select
    region,
    branch,
    cast(substr(month, 1, 4) || '-' || substr(month, 5, 2) || '-01' as date) as month_start,
    sex,
    age_group,
    insurance_class,
    insured_count,
    provenance
from {{ source('silver', 'monthly_insured_count') }}
