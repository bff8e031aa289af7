{# Months of a run that computes a slice of history, in three scopes that lie within each other:
     asked     the months of `--vars '{periods: […]}'`;
     affected  asked, the same months a year later (growth) and the cohorts that a late event reaches back to;
     read      affected and the same months a year earlier (the base of growth).
   A model filters its input by a scope, and the `delta` materialization replaces that scope. #}

{% macro asked_periods() -%}
    {%- for period in var('periods') or [] -%}
        {%- if not modules.re.match('^1[34][0-9]{2}-(0[1-9]|1[0-2])$', period | string) -%}
            {{ exceptions.raise_compiler_error("periods: '" ~ period ~ "' is no Jalali month such as 1399-12") }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(var('periods') or []) }}
{%- endmacro %}

{% macro is_asked(column) -%}
    {%- if asked_periods() -%}
        {{ column }} in ('{{ asked_periods() | join("', '") }}')
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{% macro slice_condition(scope) -%}
    {%- set conditions = {'asked': 'is_asked', 'affected': 'is_affected', 'read': 'true'} -%}
    {%- if scope not in conditions -%}
        {{ exceptions.raise_compiler_error("no such scope of a slice: " ~ scope) }}
    {%- endif -%}
    {{ return(conditions[scope]) }}
{%- endmacro %}

{# Predicate that keeps the months of a scope; `true` in a run over all months and in unit tests. #}
{% macro in_slice(column, scope) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set months = ref('int_slice__months') -%}
        {%- if asked_periods() -%}
            {{ column }} in (select period from {{ months }} where {{ slice_condition(scope) }})
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Predicate that keeps the months from the first (`from`) or up to the last (`until`) of a scope. #}
{% macro slice_bound(column, side, scope) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set months = ref('int_slice__months') -%}
        {%- if asked_periods() -%}
            {{ column }} {{ '>=' if side == 'from' else '<=' }} (
                select {{ 'min' if side == 'from' else 'max' }}(period) from {{ months }}
                where {{ slice_condition(scope) }}
            )
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
