select
    region,
    branch,
    strptime(month, '%Y%m')::date as month_start,
    sex,
    age_group,
    insurance_class,
    insured_count,
    provenance
from {{ source('silver', 'monthly_insured_count') }}
