with figure as (
    select
        indicator_code,
        norm_level,
        peer_group_code,
        period,
        definition_version
    from {{ ref('int_evaluation__figure') }}
    where definition_version is not null
    group by indicator_code, norm_level, peer_group_code, period, definition_version
),

norm as (
    select * from {{ source('vocabulary', 'norm') }}
),

-- in force at the end of the period, set for this definition; that of the peer group before that of the level
ranked as (
    select
        figure.indicator_code,
        figure.norm_level,
        figure.peer_group_code,
        figure.period,
        figure.definition_version,
        norm.norm_lower,
        norm.norm_upper,
        norm.optimum,
        norm.decision_id,
        norm.is_demonstration,
        row_number() over (
            partition by
                figure.indicator_code, figure.norm_level, figure.peer_group_code, figure.period,
                figure.definition_version
            order by case when norm.peer_group_code is null then 1 else 0 end, norm.first_month desc nulls last
        ) as choice
    from figure
    inner join {{ source('vocabulary', 'period_span') }} as span on figure.period = span.period
    inner join norm
        on
            figure.indicator_code = norm.indicator_code
            and figure.norm_level = norm.norm_level
            and figure.definition_version like norm.definition
            and (norm.peer_group_code is null or figure.peer_group_code = norm.peer_group_code)
            and span.last_month >= norm.first_month
            and (norm.last_month is null or span.last_month <= norm.last_month)
),

final as (
    select * from ranked
    where choice = 1
)

select
    indicator_code,
    norm_level,
    peer_group_code,
    period,
    definition_version,
    norm_lower,
    norm_upper,
    optimum,
    decision_id,
    is_demonstration
from final
