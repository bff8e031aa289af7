{# `group by` over several sets that share `common`: totals over what a set leaves out. Spelled by a macro because
   sqlfluff's dialect does not parse grouping sets. #}
{% macro grouping_sets(common, sets) -%}
    grouping sets (
        {%- for columns in sets %}
        ({{ (common + columns) | join(', ') }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# The column in a set that has it, `total` in one that leaves it out. #}
{% macro or_total(column, total='TOTAL') -%}
    case when grouping({{ column }}) = 1 then '{{ total }}' else {{ column }} end
{%- endmacro %}
