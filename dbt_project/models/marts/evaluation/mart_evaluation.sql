{{ config(slice_by='period', slice_scope='figure') }}

with result as (
    select
        unit_code,
        unit_kind,
        domain_code,
        period,
        rules_version,
        status,
        reason,
        weight,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('mart_unit_evaluation') }}
    where {{ in_slice('period', 'figure') }}
),

rules as (
    select
        rules_version,
        minimum_evaluated_percent,
        is_demonstration
    from {{ source('vocabulary', 'evaluation_rule') }}
),

-- what is not in a unit's hands, or was none of its work, is no part of its weight
weighed as (
    select
        unit_code,
        unit_kind,
        period,
        rules_version,
        {{ or_total('domain_code') }} as domain_code,
        count(*) as indicators,
        count(*) filter (where status <> 'NOT_EVALUATED') as indicators_evaluated,
        coalesce(
            sum(weight) filter (where coalesce(reason, '') not in ('NOT_CONTROLLABLE', 'NOT_APPLICABLE')), 0
        ) as weight_total,
        coalesce(sum(weight) filter (where status <> 'NOT_EVALUATED'), 0) as weight_evaluated,
        coalesce(sum(weight) filter (where status in ('BETTER', 'IN_BAND', 'WITHIN_FUNNEL')), 0) as weight_kept,
        max(provenance_rank) as provenance_rank
    from result
    group by {{ grouping_sets(['unit_code', 'unit_kind', 'period', 'rules_version'], [['domain_code'], []]) }}
),

scored as (
    select
        weighed.*,
        rules.is_demonstration,
        weighed.weight_evaluated > 0
        and weighed.weight_evaluated * 100 >= weighed.weight_total * rules.minimum_evaluated_percent as is_scored
    from weighed
    inner join rules on weighed.rules_version = rules.rules_version
),

final as (
    select
        *,
        case when is_scored then cast(weight_kept as double) * 100 / cast(weight_evaluated as double) end as score,
        case
            when weight_total > 0 then cast(weight_evaluated as double) * 100 / cast(weight_total as double)
        end as evaluated_percent
    from scored
)

select
    unit_code,
    unit_kind,
    domain_code,
    period,
    score,
    evaluated_percent,
    cast(weight_total as bigint) as weight_total,
    cast(weight_evaluated as bigint) as weight_evaluated,
    cast(weight_kept as bigint) as weight_kept,
    cast(indicators as bigint) as indicators,
    cast(indicators_evaluated as bigint) as indicators_evaluated,
    case when is_scored then 'SCORED' else 'NOT_EVALUATED' end as status,
    case when not is_scored then 'TOO_LITTLE_EVALUATED' end as reason,
    rules_version,
    {{ provenance_text('case when is_demonstration then 2 else provenance_rank end') }} as provenance
from final
