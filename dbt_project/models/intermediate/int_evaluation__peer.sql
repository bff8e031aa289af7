with judged as (
    select
        unit_code,
        indicator_code,
        period,
        rules_version,
        peer_group_code,
        value,
        case direction
            when 'up' then value
            when 'down' then -value
            else distance_to_optimum
        end as goodness
    from {{ ref('int_evaluation__judged') }}
    where peer_group_code is not null and value is not null and obs_status <> 'P' and is_large_enough
),

placed as (
    select
        *,
        row_number() over (
            partition by indicator_code, period, peer_group_code order by value nulls last, unit_code nulls last
        ) as place,
        count(*) over (partition by indicator_code, period, peer_group_code) as peers,
        count(goodness) over (partition by indicator_code, period, peer_group_code) as ranked,
        rank() over (
            partition by indicator_code, period, peer_group_code order by goodness nulls last
        ) as goodness_rank
    from judged
),

grouped as (
    select
        indicator_code,
        period,
        peer_group_code,
        peers,
        {{ quartile_at('value', 'place', 'peers', 1) }} as peer_quartile_1,
        {{ quartile_at('value', 'place', 'peers', 2) }} as peer_median,
        {{ quartile_at('value', 'place', 'peers', 3) }} as peer_quartile_3
    from placed
    group by indicator_code, period, peer_group_code, peers
),

final as (
    select
        placed.unit_code,
        placed.indicator_code,
        placed.period,
        placed.peers,
        grouped.peer_quartile_1,
        grouped.peer_median,
        grouped.peer_quartile_3,
        case
            when placed.goodness is not null and placed.ranked > 1
                then cast(placed.goodness_rank - 1 as double) * 100 / cast(placed.ranked - 1 as double)
        end as peer_rank_percent
    from placed
    inner join grouped
        on
            placed.indicator_code = grouped.indicator_code
            and placed.period = grouped.period
            and placed.peer_group_code = grouped.peer_group_code
    inner join {{ source('vocabulary', 'evaluation_rule') }} as rules
        on placed.rules_version = rules.rules_version
    where placed.peers >= rules.minimum_peers
)

select
    unit_code,
    indicator_code,
    period,
    peers,
    peer_quartile_1,
    peer_median,
    peer_quartile_3,
    peer_rank_percent
from final
