select
    unit_code,
    period,
    measure,
    insurance_type,
    sex,
    age_group,
    pension_kind,
    payer_type,
    coalesce(benefit_kind, 'NA') as benefit_kind,
    coalesce(injury_outcome, 'NA') as injury_outcome,
    value,
    provenance,
    _file_sha256 as file_sha256
from {{ source('silver', 'mis_report') }}
