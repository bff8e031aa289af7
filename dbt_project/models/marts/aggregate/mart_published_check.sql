with checks as (
    select * from {{ ref('published_check') }}
),

part as (
    select * from {{ ref('published_check_part') }}
),

figure as (
    select
        fact_no,
        source_id,
        value,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_published_figures__figure') }}
),

-- a check of which any figure is missing is none
added as (
    select
        part.check_code,
        sum(figure.value * part.factor) filter (where part.part = 'NUMERATOR') as numerator,
        sum(figure.value * part.factor) filter (where part.part = 'DENOMINATOR') as denominator,
        min(figure.source_id) as first_source_id,
        max(figure.source_id) as last_source_id,
        max(figure.provenance_rank) as provenance_rank
    from part
    left join figure on part.fact_no = figure.fact_no
    group by part.check_code
    having count(*) = count(figure.fact_no)
),

valued as (
    select
        checks.*,
        added.numerator,
        added.denominator,
        case
            when added.denominator is null then cast(added.numerator as double) * checks.scale
            else cast(added.numerator as double) * checks.scale / cast(added.denominator as double)
        end as value,
        added.first_source_id <> added.last_source_id as is_across_sources,
        added.provenance_rank
    from checks
    inner join added on checks.check_code = added.check_code
),

final as (
    select
        valued.check_code,
        valued.indicator_code,
        valued.as_of_jalali,
        valued.formula_fa,
        valued.formula_en,
        valued.numerator,
        valued.denominator,
        valued.value,
        valued.stated_value,
        valued.decimals,
        printed.value as printed_value,
        case when printed.fact_no is null then 'DERIVED' else 'PRINTED' end as basis,
        valued.is_across_sources,
        abs(valued.value - cast(valued.stated_value as double)) <= 0.5 * power(10, -valued.decimals) as is_as_stated,
        abs(valued.value - cast(printed.value as double)) <= 0.5 * power(10, -valued.printed_decimals) as is_as_printed,
        greatest(valued.provenance_rank, coalesce(printed.provenance_rank, 0)) as provenance_rank
    from valued
    left join figure as printed on valued.printed_fact_no = printed.fact_no
)

select
    check_code,
    indicator_code,
    as_of_jalali,
    formula_fa,
    formula_en,
    cast(numerator as decimal(38, 3)) as numerator,
    cast(denominator as decimal(38, 3)) as denominator,
    value,
    cast(stated_value as decimal(18, 4)) as stated_value,
    cast(decimals as bigint) as decimals,
    cast(printed_value as decimal(38, 3)) as printed_value,
    basis,
    is_across_sources,
    is_as_stated,
    coalesce(is_as_printed, is_as_stated) as closes,
    {{ provenance_text('provenance_rank') }} as provenance
from final
