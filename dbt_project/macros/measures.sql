{# The derived measures of a source that reports figures, as vocabulary/measures says: one row a measure, unit, month
   and file. A figure is missing where the file reports no such figure, and zero where it reports it without a row that
   counts, so that nothing reported and zero stay apart.

   Follows the CTEs `report` (rows with their breakdowns), `combination` (their measures and breakdowns, each once; read
   apart, so that the rows are not kept for a second look), `derived` (measures of the source) and `allowed` (codes that
   count). Which measures a combination of breakdowns counts for is decided once a combination; combinations that count
   for the same measures are one class, so that rows are added up by class before they are multiplied by measures. #}
{% macro reported_measures(source, breakdowns) -%}
numbered as (
    select
        measure_code,
        reported_code,
        filters,
        cast(power(2, row_number() over (partition by reported_code order by measure_code nulls last)) as bigint) as bit
    from derived
),

counted as (
    select
        combination.measure,
        {%- for breakdown in breakdowns %}
        combination.{{ breakdown }},
        {%- endfor %}
        numbered.measure_code,
        numbered.bit,
        count(allowed.code) = numbered.filters as is_counted
    from combination
    inner join numbered on combination.measure = numbered.reported_code
    left join allowed
        on
            numbered.measure_code = allowed.measure_code
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
        numbered.measure_code, numbered.filters, numbered.bit
),

class as (
    select
        measure,
        {%- for breakdown in breakdowns %}
        {{ breakdown }},
        {%- endfor %}
        cast(sum(case when is_counted then bit else 0 end) as bigint) as counted_bits
    from counted
    group by
        measure,
        {{ breakdowns | join(',\n        ') }}
),

classed as (
    select
        report.measure,
        class.counted_bits,
        report.unit_code,
        report.period,
        report.file_sha256,
        sum(report.value) as value,
        count(*) as rows_used,
        max(report.provenance_rank) as provenance_rank
    from report
    inner join class
        on
            report.measure = class.measure
            {%- for breakdown in breakdowns %}
            and report.{{ breakdown }} = class.{{ breakdown }}
            {%- endfor %}
    group by report.measure, class.counted_bits, report.unit_code, report.period, report.file_sha256
),

class_measure as (
    select distinct
        class.measure,
        class.counted_bits,
        counted.measure_code,
        counted.is_counted
    from class
    inner join counted
        on
            class.measure = counted.measure
            {%- for breakdown in breakdowns %}
            and class.{{ breakdown }} = counted.{{ breakdown }}
            {%- endfor %}
),

final as (
    select
        class_measure.measure_code,
        '{{ source }}' as source,
        classed.unit_code,
        classed.period,
        classed.file_sha256,
        cast(sum(case when class_measure.is_counted then classed.value else 0 end) as bigint) as value,
        cast(sum(case when class_measure.is_counted then classed.rows_used else 0 end) as bigint) as rows_used,
        max(classed.provenance_rank) as provenance_rank
    from classed
    inner join class_measure
        on classed.measure = class_measure.measure and classed.counted_bits = class_measure.counted_bits
    group by class_measure.measure_code, classed.unit_code, classed.period, classed.file_sha256
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
