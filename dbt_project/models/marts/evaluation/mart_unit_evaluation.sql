{{ config(slice_by=['period', 'main_source'], slice_scope='figure') }}

with final as (
    select
        judged.*,
        peer.peers,
        peer.peer_quartile_1,
        peer.peer_median,
        peer.peer_quartile_3,
        peer.peer_rank_percent
    from {{ ref('int_evaluation__judged') }} as judged
    left join {{ ref('int_evaluation__peer') }} as peer
        on
            judged.unit_code = peer.unit_code
            and judged.indicator_code = peer.indicator_code
            and judged.period = peer.period
)

select
    unit_code,
    unit_kind,
    domain_code,
    indicator_code,
    period,
    main_source,
    definition_version,
    direction,
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
    peer_group_code,
    peers,
    peer_quartile_1,
    peer_median,
    peer_quartile_3,
    peer_rank_percent,
    weight,
    rules_version,
    {{ provenance_text('provenance_rank') }} as provenance
from final
