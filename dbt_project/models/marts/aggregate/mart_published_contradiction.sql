with pair as (
    select * from {{ ref('published_contradiction') }}
),

figure as (
    select
        fact_no,
        source_id,
        as_of_jalali,
        measure,
        value,
        unit,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_published_figures__figure') }}
),

final as (
    select
        pair.contradiction_code,
        pair.subject_fa,
        pair.subject_en,
        pair.ours,
        pair.why_fa,
        pair.why_en,
        pair.use_fa,
        pair.use_en,
        one.source_id as first_source_id,
        one.as_of_jalali as first_as_of_jalali,
        one.measure as first_measure,
        one.unit as first_unit,
        one.value as first_value,
        other.source_id as second_source_id,
        other.as_of_jalali as second_as_of_jalali,
        other.measure as second_measure,
        other.unit as second_unit,
        other.value as second_value,
        greatest(one.provenance_rank, other.provenance_rank) as provenance_rank
    from pair
    inner join figure as one on pair.first_fact_no = one.fact_no
    inner join figure as other on pair.second_fact_no = other.fact_no
)

select
    contradiction_code,
    subject_fa,
    subject_en,
    first_source_id,
    first_as_of_jalali,
    first_measure,
    first_unit,
    cast(first_value as decimal(38, 3)) as first_value,
    second_source_id,
    second_as_of_jalali,
    second_measure,
    second_unit,
    cast(second_value as decimal(38, 3)) as second_value,
    cast(first_value - second_value as decimal(38, 3)) as difference,
    ours,
    why_fa,
    why_en,
    use_fa,
    use_en,
    {{ provenance_text('provenance_rank') }} as provenance
from final
