with figure as (
    select * from {{ ref('int_evaluation__figure') }}
),

norm as (
    select * from {{ ref('int_evaluation__norm') }}
),

rules as (
    select
        rules_version,
        minimum_expected,
        warning_z,
        decisive_z,
        is_demonstration
    from {{ source('vocabulary', 'evaluation_rule') }}
),

-- the bounds as proportions or rates, and the cases or the exposure that chance works on
bounded as (
    select
        figure.*,
        norm.norm_lower,
        norm.norm_upper,
        norm.optimum,
        norm.decision_id as norm_decision_id,
        coalesce(norm.is_demonstration, false) or rules.is_demonstration as is_demonstration,
        rules.minimum_expected,
        rules.warning_z,
        rules.decisive_z,
        cast(norm.norm_lower as double) / figure.scale as low,
        cast(norm.norm_upper as double) / figure.scale as high,
        cast(figure.denominator as double) as cases,
        case figure.size_by
            when 'denominator' then cast(figure.denominator as double)
            else cast(figure.contributors as double)
        end as size_found
    from figure
    inner join rules on figure.rules_version = rules.rules_version
    left join norm
        on
            figure.indicator_code = norm.indicator_code
            and figure.norm_level = norm.norm_level
            and coalesce(figure.peer_group_code, '') = coalesce(norm.peer_group_code, '')
            and figure.period = norm.period
            and figure.definition_version = norm.definition_version
),

-- Spiegelhalter, Funnel plots for comparing institutional performance, Stat. Med. 24 (2005) 1185-1202, section 2.2
spread as (
    select
        *,
        {{ funnel_error('low', 'cases') }} * scale as error_low,
        {{ funnel_error('high', 'cases') }} * scale as error_high,
        {{ funnel_expected('low', 'cases') }} as expected_low,
        {{ funnel_expected('high', 'cases') }} as expected_high
    from bounded
),

final as (
    select
        *,
        norm_lower - warning_z * error_low as warning_lower,
        norm_upper + warning_z * error_high as warning_upper,
        norm_lower - decisive_z * error_low as decisive_lower,
        norm_upper + decisive_z * error_high as decisive_upper,
        case
            when funnel = 'none' then true
            when direction = 'up' then expected_low >= minimum_expected
            when direction = 'down' then expected_high >= minimum_expected
            else expected_low >= minimum_expected and expected_high >= minimum_expected
        end as is_expected_enough
    from spread
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
    weight,
    is_controllable,
    definition_version,
    value,
    numerator,
    denominator,
    contributors,
    obs_status,
    norm_lower,
    norm_upper,
    optimum,
    norm_decision_id,
    warning_lower,
    warning_upper,
    decisive_lower,
    decisive_upper,
    coalesce(size_found >= minimum_size, false) and coalesce(is_expected_enough, false) as is_large_enough,
    case when is_demonstration then 2 else provenance_rank end as provenance_rank
from final
