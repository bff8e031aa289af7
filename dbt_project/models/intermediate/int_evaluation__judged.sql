with bounded as (
    select * from {{ ref('int_evaluation__limit') }}
),

-- the first reason that holds stands: what no figure could mend before what more data would
reasoned as (
    select
        *,
        case
            when not is_controllable then 'NOT_CONTROLLABLE'
            when denominator = 0 then 'NOT_APPLICABLE'
            when value is null then 'NO_DATA'
            when norm_lower is null and norm_upper is null then 'NO_NORM'
            when obs_status = 'P' then 'PROVISIONAL'
            when not is_large_enough then 'TOO_SMALL'
        end as reason,
        value < norm_lower as is_below,
        value > norm_upper as is_above
    from bounded
),

placed as (
    select
        *,
        coalesce(is_below, false) or coalesce(is_above, false) as is_outside,
        coalesce(value < decisive_lower, false) or coalesce(value > decisive_upper, false) as is_beyond,
        coalesce(value < warning_lower, false) or coalesce(value > warning_upper, false) as is_beyond_warning,
        coalesce((direction = 'up' and is_above) or (direction = 'down' and is_below), false) as is_better_side
    from reasoned
),

final as (
    select
        *,
        case
            when reason is not null then 'NOT_EVALUATED'
            when not is_outside then 'IN_BAND'
            when not is_beyond then 'WITHIN_FUNNEL'
            when is_better_side then 'BETTER'
            else 'WORSE'
        end as status,
        reason is null and is_beyond_warning and not is_beyond as is_warning,
        case
            when value is null or (norm_lower is null and norm_upper is null) then null
            when not is_outside then cast(0 as double)
            when is_below and direction = 'down' then norm_lower - value
            when is_below then value - norm_lower
            when direction = 'up' then value - norm_upper
            else norm_upper - value
        end as distance_to_norm,
        case direction
            when 'up' then value - optimum
            when 'down' then optimum - value
            else -abs(value - optimum)
        end as distance_to_optimum
    from placed
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
    is_large_enough,
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
    distance_to_norm,
    distance_to_optimum,
    warning_lower,
    warning_upper,
    decisive_lower,
    decisive_upper,
    status,
    reason,
    is_warning,
    provenance_rank
from final
