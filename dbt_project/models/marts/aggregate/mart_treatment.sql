{{ config(slice_by='period', slice_scope='asked') }}

with cell as (
    select * from {{ ref('int_smis__by_geo') }}
),

measure as (
    select
        measure_code,
        contributor_code,
        has_patient_insurer,
        has_treatment_kind
    from {{ source('vocabulary', 'measure') }}
    where source = 'smis'
),

totalled as (
    select
        measure,
        geo_code,
        period,
        {{ or_total('patient_insurer') }} as patient_insurer,
        {{ or_total('treatment_kind') }} as treatment_kind,
        cast(sum(value) as bigint) as value,
        max(provenance_rank) as provenance_rank
    from cell
    group by {{ grouping_sets(['measure', 'geo_code', 'period'], [
            ['patient_insurer', 'treatment_kind'],
            ['patient_insurer'],
            ['treatment_kind']
        ]) }}
),

-- over a breakdown that the measure lacks there is nothing to total: it stays NA
applicable as (
    select
        totalled.*,
        measure.contributor_code
    from totalled
    inner join measure on totalled.measure = measure.measure_code
    where
        (measure.has_patient_insurer or totalled.patient_insurer = 'NA')
        and (measure.has_treatment_kind or totalled.treatment_kind = 'NA')
),

-- beds and bed-days are cleared by the inpatients who lay in them
behind as (
    select
        measure,
        geo_code,
        period,
        sum(value) as value
    from cell
    group by measure, geo_code, period
),

final as (
    select
        applicable.measure,
        applicable.geo_code,
        applicable.period,
        applicable.patient_insurer,
        applicable.treatment_kind,
        applicable.value,
        cast(
            case
                when applicable.contributor_code = applicable.measure then applicable.value
                else behind.value
            end as bigint
        ) as contributors,
        applicable.provenance_rank
    from applicable
    left join behind
        on
            applicable.contributor_code = behind.measure
            and applicable.geo_code = behind.geo_code
            and applicable.period = behind.period
)

select
    measure,
    geo_code,
    period,
    patient_insurer,
    treatment_kind,
    value,
    contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
