with figure as (
    select
        indicator_code,
        area_kind,
        area_code,
        period,
        main_source,
        version,
        value,
        numerator,
        denominator,
        contributors,
        obs_status,
        provenance_rank
    from {{ ref('int_indicator__by_area') }}
    where is_official and {{ in_slice_of('period', 'main_source', 'figure') }}
),

observed as (
    select
        period,
        main_source,
        max(provenance_rank) as provenance_rank
    from figure
    group by period, main_source
),

unit as (
    select
        period,
        rules_version,
        unit_code,
        unit_kind,
        peer_group_code,
        case
            when unit_kind = 'HQ_OFFICE' then 'country'
            when unit_kind in ('GENERAL_OFFICE', 'TREATMENT_MANAGEMENT') then 'province'
            else 'unit'
        end as norm_level,
        case
            when unit_kind = 'HQ_OFFICE' then 'COUNTRY'
            when unit_kind in ('GENERAL_OFFICE', 'TREATMENT_MANAGEMENT') then 'DIRECTORATE'
            else 'UNIT'
        end as area_kind,
        case when unit_kind = 'HQ_OFFICE' then 'IR' else unit_code end as area_code
    from {{ ref('int_evaluation__unit') }}
),

-- every unit has each indicator that its kind is judged by, reported or not; an office those it answers for
cell as (
    select
        unit.*,
        weight.domain_code,
        weight.indicator_code,
        weight.main_source,
        weight.direction,
        weight.scale,
        weight.funnel,
        weight.minimum_size,
        weight.size_by,
        weight.weight,
        case unit.norm_level
            when 'unit' then weight.controllable_by = 'unit'
            when 'province' then weight.controllable_by in ('unit', 'directorate')
            else weight.controllable_by in ('unit', 'directorate', 'headquarters')
        end as is_controllable
    from unit
    inner join {{ source('vocabulary', 'evaluation_kind') }} as unit_kinds
        on unit.rules_version = unit_kinds.rules_version and unit.unit_kind = unit_kinds.unit_kind
    inner join {{ source('vocabulary', 'evaluation_weight') }} as weight
        on unit.rules_version = weight.rules_version and unit_kinds.domain_code = weight.domain_code
    where unit.norm_level <> 'country' or weight.office_code = unit.unit_code
),

final as (
    select
        cell.*,
        figure.version as definition_version,
        figure.value,
        figure.numerator,
        figure.denominator,
        figure.contributors,
        coalesce(figure.obs_status, 'O') as obs_status,
        coalesce(figure.provenance_rank, observed.provenance_rank) as provenance_rank
    from cell
    inner join observed on cell.period = observed.period and cell.main_source = observed.main_source
    left join figure
        on
            cell.indicator_code = figure.indicator_code
            and cell.area_kind = figure.area_kind
            and cell.area_code = figure.area_code
            and cell.period = figure.period
)

select
    unit_code,
    unit_kind,
    norm_level,
    peer_group_code,
    rules_version,
    domain_code,
    indicator_code,
    period,
    main_source,
    direction,
    scale,
    funnel,
    minimum_size,
    size_by,
    weight,
    is_controllable,
    definition_version,
    value,
    numerator,
    denominator,
    contributors,
    obs_status,
    provenance_rank
from final
