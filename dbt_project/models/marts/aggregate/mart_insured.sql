{{ config(slice_by='period', slice_scope='asked') }}

with cell as (
    select * from {{ ref('int_mis__by_geo') }}
),

insurance_type as (
    select
        code,
        parent
    from {{ source('vocabulary', 'codelist') }}
    where codelist = 'CL_INSURANCE_TYPE'
),

measure as (
    select
        measure_code,
        has_insurance_type,
        has_sex,
        has_age_group
    from {{ source('vocabulary', 'measure') }}
    where source = 'mis' and measure_code in ('PRINCIPAL_INSURED', 'DEPENDENT_INSURED')
),

classified as (
    select
        cell.measure,
        cell.geo_code,
        cell.period,
        coalesce(insurance_type.parent, cell.insurance_type) as insurance_class,
        cell.insurance_type,
        cell.sex,
        cell.age_group,
        cell.value,
        cell.provenance_rank
    from cell
    inner join measure on cell.measure = measure.measure_code
    left join insurance_type on cell.insurance_type = insurance_type.code
),

totalled as (
    select
        measure,
        geo_code,
        period,
        {{ or_total('insurance_class') }} as insurance_class,
        {{ or_total('insurance_type') }} as insurance_type,
        {{ or_total('sex') }} as sex,
        {{ or_total('age_group') }} as age_group,
        cast(sum(value) as bigint) as value,
        max(provenance_rank) as provenance_rank
    from classified
    group by {{ grouping_sets(['measure', 'geo_code', 'period'], [
            ['insurance_class', 'insurance_type', 'sex', 'age_group'],
            ['insurance_class', 'insurance_type', 'sex'],
            ['insurance_class', 'insurance_type', 'age_group'],
            ['insurance_class', 'insurance_type'],
            ['insurance_class', 'sex', 'age_group'],
            ['insurance_class', 'sex'],
            ['insurance_class', 'age_group'],
            ['insurance_class'],
            ['sex', 'age_group'],
            ['sex'],
            ['age_group'],
            []
        ]) }}
),

-- over a breakdown that the measure lacks there is nothing to total: it stays NA
final as (
    select totalled.*
    from totalled
    inner join measure on totalled.measure = measure.measure_code
    where
        (measure.has_insurance_type or (totalled.insurance_class = 'NA' and totalled.insurance_type = 'NA'))
        and (measure.has_sex or totalled.sex = 'NA')
        and (measure.has_age_group or totalled.age_group = 'NA')
)

select
    measure,
    geo_code,
    period,
    insurance_class,
    insurance_type,
    sex,
    age_group,
    value,
    value as contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
