with span as (
    select
        period,
        kind,
        last_month,
        period_end
    from {{ source('vocabulary', 'period_span') }}
),

rules as (
    select
        rules_version,
        first_month,
        last_month
    from {{ source('vocabulary', 'evaluation_rule') }}
),

-- periods that have figures, under the rules that hold at their end
evaluated as (
    select distinct
        figure.period,
        span.last_month,
        span.period_end,
        rules.rules_version
    from {{ ref('int_indicator__by_area') }} as figure
    inner join span on figure.period = span.period
    inner join rules
        on span.last_month >= rules.first_month and (rules.last_month is null or span.last_month <= rules.last_month)
    inner join {{ source('vocabulary', 'evaluation_period_kind') }} as period_kind
        on rules.rules_version = period_kind.rules_version and span.kind = period_kind.kind
    where {{ in_slice('figure.period', 'figure') }}
),

unit as (
    select
        evaluated.period,
        evaluated.last_month,
        evaluated.rules_version,
        unit.unit_code,
        unit.kind as unit_kind
    from evaluated
    inner join {{ source('vocabulary', 'unit') }} as unit
        on
            evaluated.period_end >= unit.valid_from
            and (unit.valid_to is null or evaluated.period_end <= unit.valid_to)
),

peer_group as (
    select * from {{ source('vocabulary', 'peer_group') }}
),

measured as (
    select
        unit_code,
        period,
        measure_code,
        value
    from {{ ref('fct_measure') }}
    where {{ in_figure_months('period') }}
),

final as (
    select
        unit.period,
        unit.rules_version,
        unit.unit_code,
        unit.unit_kind,
        max(
            case
                when peer_group.size_measure is null then peer_group.peer_group_code
                when
                    peer_group.size_from <= measured.value
                    and (peer_group.size_below is null or measured.value < peer_group.size_below)
                    then peer_group.peer_group_code
            end
        ) as peer_group_code
    from unit
    left join peer_group
        on unit.rules_version = peer_group.rules_version and unit.unit_kind = peer_group.unit_kind
    left join measured
        on
            unit.unit_code = measured.unit_code
            and unit.last_month = measured.period
            and peer_group.size_measure = measured.measure_code
    group by unit.period, unit.rules_version, unit.unit_code, unit.unit_kind
)

select
    period,
    rules_version,
    unit_code,
    unit_kind,
    peer_group_code
from final
