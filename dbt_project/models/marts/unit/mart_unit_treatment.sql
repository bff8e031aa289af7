{{ config(slice_by='period', slice_scope='asked') }}

with report as (
    select * from {{ ref('stg_smis__report') }}
    where {{ in_slice('period', 'asked') }}
),

measure as (
    select
        measure_code,
        contributor_code
    from {{ source('vocabulary', 'measure') }}
    where source = 'smis'
),

behind as (
    select
        measure,
        unit_code,
        period,
        sum(value) as value
    from report
    group by measure, unit_code, period
),

final as (
    select
        report.measure,
        report.unit_code,
        report.period,
        report.patient_insurer,
        report.treatment_kind,
        report.value,
        cast(
            case
                when measure.contributor_code = report.measure then report.value
                else behind.value
            end as bigint
        ) as contributors,
        report.provenance
    from report
    inner join measure on report.measure = measure.measure_code
    left join behind
        on
            measure.contributor_code = behind.measure
            and report.unit_code = behind.unit_code
            and report.period = behind.period
)

select
    measure,
    unit_code,
    period,
    patient_insurer,
    treatment_kind,
    value,
    contributors,
    provenance
from final
