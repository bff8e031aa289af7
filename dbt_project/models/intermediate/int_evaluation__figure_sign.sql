with judged as (
    select
        unit_code,
        indicator_code,
        domain_code,
        period,
        main_source,
        definition_version,
        direction,
        peer_group_code,
        value,
        denominator,
        norm_upper,
        rules_version,
        provenance_rank
    from {{ ref('int_evaluation__judged') }}
    where
        norm_level = 'unit' and value is not null and is_large_enough
        and {{ in_slice_of('period', 'main_source', 'affected') }}
),

rules as (
    select
        rules_version,
        minimum_peers,
        decisive_z
    from {{ source('vocabulary', 'evaluation_rule') }}
),

volume as (
    select
        *,
        count(*) over (partition by indicator_code, period, peer_group_code) as peers,
        percent_rank() over (
            partition by indicator_code, period, peer_group_code order by denominator nulls first
        ) as volume_rank,
        percent_rank() over (
            partition by indicator_code, period, peer_group_code
            order by case direction when 'down' then -value else value end nulls first
        ) as quality_rank
    from judged
    where domain_code = 'ELECTRONIC_FILE' and peer_group_code is not null
),

duration as (
    select
        part.indicator_code,
        part.version,
        duration.unit_code,
        duration.period,
        duration.days
    from {{ ref('fct_duration') }} as duration
    inner join {{ source('vocabulary', 'indicator_part') }} as part on duration.measure_code = part.measure_code
    where duration.is_closed and {{ in_slice('duration.period', 'affected') }}
),

-- as many files end in the three days before a limit as in the three after it, where nobody looks at the limit
bunched as (
    select
        judged.unit_code,
        judged.indicator_code,
        judged.period,
        judged.main_source,
        judged.rules_version,
        max(judged.provenance_rank) as provenance_rank,
        count(*) filter (
            where duration.days > judged.norm_upper - 3 and duration.days <= judged.norm_upper
        ) as inside,
        count(*) filter (
            where duration.days > judged.norm_upper and duration.days <= judged.norm_upper + 3
        ) as outside
    from judged
    inner join duration
        on
            judged.indicator_code = duration.indicator_code
            and judged.definition_version = duration.version
            and judged.unit_code = duration.unit_code
            and judged.period = duration.period
    where judged.direction = 'down' and judged.norm_upper is not null
    group by judged.unit_code, judged.indicator_code, judged.period, judged.main_source, judged.rules_version
),

final as (
    select
        'VOLUME_HIGH_QUALITY_LOW' as rule_code,
        volume.unit_code,
        volume.indicator_code,
        volume.period,
        volume.main_source,
        volume.peers as cases,
        volume.quality_rank * 100 as value,
        volume.volume_rank * 100 as reference,
        volume.provenance_rank
    from volume
    inner join rules on volume.rules_version = rules.rules_version
    where volume.peers >= rules.minimum_peers and volume.volume_rank >= 0.75 and volume.quality_rank <= 0.25
    union all
    select
        'BUNCHED_AT_NORM' as rule_code,
        bunched.unit_code,
        bunched.indicator_code,
        bunched.period,
        bunched.main_source,
        bunched.inside + bunched.outside as cases,
        cast(bunched.inside as double) as value,
        cast(bunched.outside as double) as reference,
        bunched.provenance_rank
    from bunched
    inner join rules on bunched.rules_version = rules.rules_version
    where
        bunched.inside - bunched.outside
        > rules.decisive_z * sqrt(cast(bunched.inside + bunched.outside as double))
)

select
    rule_code,
    unit_code,
    indicator_code,
    period,
    main_source,
    cast(cases as bigint) as cases,
    value,
    reference,
    provenance_rank
from final
