{{ config(slice_by='period', slice_scope='asked') }}

with report as (
    select * from {{ ref('stg_mis__report') }}
    where {{ in_slice('period', 'asked') }}
),

insurance_type as (
    select
        code,
        parent
    from {{ source('vocabulary', 'codelist') }}
    where codelist = 'CL_INSURANCE_TYPE'
),

final as (
    select
        report.measure,
        report.unit_code,
        report.period,
        coalesce(insurance_type.parent, report.insurance_type) as insurance_class,
        report.insurance_type,
        report.sex,
        report.age_group,
        report.value,
        report.provenance
    from report
    left join insurance_type on report.insurance_type = insurance_type.code
    where report.measure in ('PRINCIPAL_INSURED', 'DEPENDENT_INSURED')
)

select
    measure,
    unit_code,
    period,
    insurance_class,
    insurance_type,
    sex,
    age_group,
    value,
    value as contributors,
    provenance
from final
