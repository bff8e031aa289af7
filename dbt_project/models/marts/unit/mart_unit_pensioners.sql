{{ config(slice_by='period', slice_scope='asked') }}

with report as (
    select * from {{ ref('stg_mis__report') }}
    where {{ in_slice('period', 'asked') }}
),

measure as (
    select
        measure_code,
        contributor_code
    from {{ source('vocabulary', 'measure') }}
    where
        source = 'mis'
        and measure_code in (
            'PRINCIPAL_PENSIONER', 'DEPENDENT_PENSIONER', 'PENSION_CASE', 'NEW_PENSION', 'PENSION_FILE_PAID',
            'PENSION_AMOUNT_REGULAR'
        )
),

pension as (
    select
        report.measure,
        measure.contributor_code,
        report.unit_code,
        report.period,
        report.pension_kind,
        report.sex,
        report.value,
        report.provenance
    from report
    inner join measure on report.measure = measure.measure_code
),

final as (
    select
        pension.measure,
        pension.unit_code,
        pension.period,
        pension.pension_kind,
        pension.sex,
        pension.value,
        contributors.value as contributors,
        pension.provenance
    from pension
    left join pension as contributors
        on
            pension.contributor_code = contributors.measure
            and pension.unit_code = contributors.unit_code
            and pension.period = contributors.period
            and pension.pension_kind = contributors.pension_kind
            and pension.sex = contributors.sex
)

select
    measure,
    unit_code,
    period,
    pension_kind,
    sex,
    value,
    contributors,
    provenance
from final
