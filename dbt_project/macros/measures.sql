{# The derived measures of a source that reports figures, as vocabulary/measures says: one row a measure, unit, month
   and file. A figure is missing where the file reports no such figure, and zero where it reports it without a row that
   counts, so that nothing reported and zero stay apart.

   Follows the CTEs `report` (rows with their breakdowns), `derived` (measures of the source) and `allowed` (codes that
   count). Whether a row counts is decided once for each combination of breakdowns that occurs: every filtered
   breakdown has a code that counts. #}
{% macro reported_measures(source, breakdowns) -%}
combination as (
    select distinct
        measure,
        {{ breakdowns | join(',\n        ') }}
    from report
),

counted as (
    select
        combination.measure,
        {%- for breakdown in breakdowns %}
        combination.{{ breakdown }},
        {%- endfor %}
        derived.measure_code,
        count(allowed.code) = derived.filters as is_counted
    from combination
    inner join derived on combination.measure = derived.reported_code
    left join allowed
        on
            derived.measure_code = allowed.measure_code
            and allowed.code = case allowed.dimension
                {%- for breakdown in breakdowns %}
                when '{{ breakdown }}' then combination.{{ breakdown }}
                {%- endfor %}
            end
    group by
        combination.measure,
        {%- for breakdown in breakdowns %}
        combination.{{ breakdown }},
        {%- endfor %}
        derived.measure_code, derived.filters
),

final as (
    select
        counted.measure_code,
        '{{ source }}' as source,
        report.unit_code,
        report.period,
        report.file_sha256,
        cast(sum(case when counted.is_counted then report.value else 0 end) as bigint) as value,
        cast(sum(case when counted.is_counted then 1 else 0 end) as bigint) as rows_used,
        max(report.provenance_rank) as provenance_rank
    from report
    inner join counted
        on
            report.measure = counted.measure
            {%- for breakdown in breakdowns %}
            and report.{{ breakdown }} = counted.{{ breakdown }}
            {%- endfor %}
    group by counted.measure_code, report.unit_code, report.period, report.file_sha256
)

select
    measure_code,
    source,
    unit_code,
    period,
    file_sha256,
    value,
    rows_used,
    provenance_rank
from final
{%- endmacro %}
