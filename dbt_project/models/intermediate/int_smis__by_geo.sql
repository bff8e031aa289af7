with report as (
    select * from {{ ref('stg_smis__report') }}
    where {{ in_slice('period', 'asked') }}
),

unit as (
    select
        period,
        unit_code,
        geo_code
    from {{ ref('int_unit__by_period') }}
),

final as (
    select
        report.measure,
        {{ or_total('unit.geo_code', 'IR') }} as geo_code,
        report.period,
        report.patient_insurer,
        report.treatment_kind,
        cast(sum(report.value) as bigint) as value,
        max({{ provenance_rank('report.provenance') }}) as provenance_rank
    from report
    inner join unit on report.unit_code = unit.unit_code and report.period = unit.period
    group by {{ grouping_sets(['report.measure', 'report.period', 'report.patient_insurer', 'report.treatment_kind'], [
            ['unit.geo_code'],
            []
        ]) }}
)

select
    measure,
    geo_code,
    period,
    patient_insurer,
    treatment_kind,
    value,
    provenance_rank
from final
