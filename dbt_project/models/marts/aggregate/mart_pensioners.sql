{{ config(slice_by='period', slice_scope='asked') }}

with cell as (
    select * from {{ ref('int_mis__by_geo') }}
),

measure as (
    select
        measure_code,
        contributor_code,
        has_pension_kind,
        has_sex
    from {{ source('vocabulary', 'measure') }}
    where
        source = 'mis'
        and measure_code in (
            'PRINCIPAL_PENSIONER', 'DEPENDENT_PENSIONER', 'PENSION_CASE', 'NEW_PENSION', 'PENSION_FILE_PAID',
            'PENSION_AMOUNT_REGULAR'
        )
),

-- a lump sum is no pension: it has its own row and is in no total
totalled as (
    select
        measure,
        geo_code,
        period,
        {{ or_total('pension_kind') }} as pension_kind,
        {{ or_total('sex') }} as sex,
        cast(
            case
                when grouping(pension_kind) = 1
                    then coalesce(sum(value) filter (where pension_kind <> 'LUMP_SUM_IMPAIRMENT'), 0)
                else sum(value)
            end as bigint
        ) as value,
        max(provenance_rank) as provenance_rank
    from cell
    group by {{ grouping_sets(['measure', 'geo_code', 'period'], [
            ['pension_kind', 'sex'],
            ['pension_kind'],
            ['sex'],
            []
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
        (measure.has_pension_kind or totalled.pension_kind = 'NA')
        and (measure.has_sex or totalled.sex = 'NA')
),

final as (
    select
        applicable.measure,
        applicable.geo_code,
        applicable.period,
        applicable.pension_kind,
        applicable.sex,
        applicable.value,
        contributors.value as contributors,
        applicable.provenance_rank
    from applicable
    left join applicable as contributors
        on
            applicable.contributor_code = contributors.measure
            and applicable.geo_code = contributors.geo_code
            and applicable.period = contributors.period
            and applicable.pension_kind = contributors.pension_kind
            and applicable.sex = contributors.sex
)

select
    measure,
    geo_code,
    period,
    pension_kind,
    sex,
    value,
    contributors,
    {{ provenance_text('provenance_rank') }} as provenance
from final
