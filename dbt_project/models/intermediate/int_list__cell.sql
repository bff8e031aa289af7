with unit as (
    select * from {{ ref('int_list__by_unit') }}
),

file as (
    select * from {{ ref('int_list__by_file') }}
),

broken as (
    select
        broken_rule.period,
        file.unit_code,
        broken_rule.rule_code,
        broken_rule.severity,
        broken_rule.file_sha256,
        broken_rule.row_number,
        file.provenance_rank
    from {{ ref('int_list__broken_rule') }} as broken_rule
    inner join file on broken_rule.file_sha256 = file.file_sha256 and broken_rule.period = file.period
),

row_count as (
    select
        unit_code,
        period,
        cast(sum(rows_received) as bigint) as rows_received,
        cast(sum(rows_failed) as bigint) as rows_failed,
        cast(sum(rows_flagged) as bigint) as rows_flagged,
        max(provenance_rank) as provenance_rank
    from file
    group by unit_code, period
),

-- a row that breaks two rules stands under both and once in the total
rule_count as (
    select
        unit_code,
        period,
        case severity when 'error' then 'ROWS_FAILED' else 'ROWS_FLAGGED' end as measure,
        rule_code,
        count(*) as value,
        max(provenance_rank) as provenance_rank
    from broken
    group by unit_code, period, severity, rule_code
),

final as (
    {%- for column, contributors in [
        ('workshops_obliged', 'workshops_obliged'),
        ('workshops_received', 'workshops_received'),
        ('lists_due', 'workshops_dated'),
        ('lists_on_time', 'workshops_on_time'),
        ('lists_dated', 'workshops_dated'),
        ('lists', 'workshops'),
        ('insured_days', 'workshops_paid'),
        ('possible_days', 'workshops_paid'),
        ('insurable_pay', 'workshops_paid'),
        ('person_workshops', 'workshops_paid'),
        ('persons', 'persons'),
    ] %}
    select
        '{{ column | upper }}' as measure,
        unit_code,
        period,
        'NA' as rule_code,
        {{ column }} as value,
        {{ contributors }} as contributors,
        provenance_rank
    from unit
    {{ 'where workshops_obliged is not null' if loop.index <= 4 }}
    union all
    {%- endfor %}
    {%- for column in ['rows_received', 'rows_failed', 'rows_flagged'] %}
    select
        '{{ column | upper }}' as measure,
        unit_code,
        period,
        '{{ 'NA' if column == 'rows_received' else 'TOTAL' }}' as rule_code,
        {{ column }} as value,
        rows_received as contributors,
        provenance_rank
    from row_count
    union all
    {%- endfor %}
    select
        rule_count.measure,
        rule_count.unit_code,
        rule_count.period,
        rule_count.rule_code,
        rule_count.value,
        row_count.rows_received as contributors,
        rule_count.provenance_rank
    from rule_count
    inner join row_count on rule_count.unit_code = row_count.unit_code and rule_count.period = row_count.period
)

select
    measure,
    unit_code,
    period,
    rule_code,
    cast(value as bigint) as value,
    cast(contributors as bigint) as contributors,
    provenance_rank
from final
