with figure as (
    select
        identity_group,
        role,
        measure,
        as_of_jalali,
        source_id,
        value,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_published_figures__figure') }}
    where identity_group is not null
),

published as (
    select
        identity_group,
        total_is_published
    from {{ ref('published_identity') }}
),

total as (
    select
        identity_group,
        measure,
        as_of_jalali,
        source_id,
        value,
        provenance_rank
    from figure
    where role = 'TOTAL'
),

parts as (
    select
        identity_group,
        sum(value) as value,
        count(*) as n_parts,
        max(provenance_rank) as provenance_rank
    from figure
    where role = 'PART'
    group by identity_group
),

compared as (
    select
        total.identity_group,
        total.measure,
        total.as_of_jalali,
        total.source_id,
        cast(total.value as decimal(38, 3)) as total,
        cast(parts.value as decimal(38, 3)) as sum_of_parts,
        cast(parts.n_parts as bigint) as n_parts,
        cast(total.value - parts.value as decimal(38, 3)) as difference,
        coalesce(published.total_is_published, true) as total_is_published,
        greatest(total.provenance_rank, parts.provenance_rank) as provenance_rank
    from total
    inner join parts on total.identity_group = parts.identity_group
    left join published on total.identity_group = published.identity_group
),

final as (
    select
        *,
        case
            when not total_is_published then 'NOT_A_CHECK'
            when difference = 0 then 'CLOSES'
            else 'DOES_NOT_CLOSE'
        end as verdict
    from compared
)

select
    identity_group,
    measure,
    as_of_jalali,
    source_id,
    total,
    sum_of_parts,
    n_parts,
    difference,
    total_is_published,
    verdict,
    {{ provenance_text('provenance_rank') }} as provenance
from final
