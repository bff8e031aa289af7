with report as (
    select * from {{ ref('stg_mis__report') }}
    where {{ in_slice('period', 'asked') }}
),

unit as (
    select
        period,
        unit_code,
        geo_code
    from {{ ref('int_unit__by_period') }}
),

province as (
    select
        report.measure,
        unit.geo_code,
        report.period,
        report.insurance_type,
        report.sex,
        report.age_group,
        report.pension_kind,
        cast(sum(report.value) as bigint) as value,
        max({{ provenance_rank('report.provenance') }}) as provenance_rank
    from report
    inner join unit on report.unit_code = unit.unit_code and report.period = unit.period
    where
        report.measure in (
            'PRINCIPAL_INSURED', 'DEPENDENT_INSURED', 'PRINCIPAL_PENSIONER', 'DEPENDENT_PENSIONER', 'PENSION_CASE',
            'NEW_PENSION', 'PENSION_FILE_PAID', 'PENSION_AMOUNT_REGULAR'
        )
    group by
        report.measure, unit.geo_code, report.period,
        report.insurance_type, report.sex, report.age_group, report.pension_kind
),

final as (
    select
        measure,
        geo_code,
        period,
        insurance_type,
        sex,
        age_group,
        pension_kind,
        value,
        provenance_rank
    from province
    union all
    select
        measure,
        'IR' as geo_code,
        period,
        insurance_type,
        sex,
        age_group,
        pension_kind,
        cast(sum(value) as bigint) as value,
        max(provenance_rank) as provenance_rank
    from province
    group by measure, period, insurance_type, sex, age_group, pension_kind
)

select
    measure,
    geo_code,
    period,
    insurance_type,
    sex,
    age_group,
    pension_kind,
    value,
    provenance_rank
from final
