{# Slices of a run that computes some months: pairs of a period and a source, in scopes:
     asked     the months of `--vars '{periods: […]}'`, with every source;
     affected  asked, and the months that a late row of its source reaches back to: what is read of silver;
     since     the first month asked, those that the log skipped before it, and all after: what stands at a month's end;
     figure    the months whose figures are made of those, the longer periods that they lie in, and for growth the same
               periods a year later; its source is the main source of the indicators;
     figure_read  figure, and for growth the same periods a year earlier: what is read of measures by period.
   Months that silver is not read of are taken from gold, so that a month costs what it costs alone.
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

{# Name of the model that holds a scope, and the predicate that keeps it. #}
{% macro slice_scope(scope) -%}
    {%- set scopes = {
        'asked': ('int_slice__source_month', 'is_asked'),
        'affected': ('int_slice__source_month', 'true'),
        'since': ('int_slice__since', 'true'),
        'figure': ('int_slice__figure', 'is_computed'),
        'figure_read': ('int_slice__figure', 'true')
    } -%}
    {%- if scope not in scopes -%}
        {{ exceptions.raise_compiler_error("no such scope of a slice: " ~ scope) }}
    {%- endif -%}
    {{ return(scopes[scope]) }}
{%- endmacro %}

{# How a mart is sliced, from its config: the columns (`by`; none where it is written whole), the scope that a run
   replaces, and the one source whose months these are (none for any). #}
{% macro mart_slices(config) -%}
    {%- set by = config.get('slice_by') or [] -%}
    {{ return({
        'by': [by] if by is string else by,
        'scope': config.get('slice_scope') or 'asked',
        'source': config.get('slice_source')
    }) }}
{%- endmacro %}

{# Predicate that keeps the periods of a scope, of one source or of any; `true` in a run over all months and in unit
   tests. #}
{% macro in_slice(column, scope, source=none) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set slices = ref(slice_scope(scope)[0]) -%}
        {%- if asked_periods() -%}
            {{ column }} in (
                select period from {{ slices }}
                where {{ slice_scope(scope)[1] }} {{ "and source = '" ~ source ~ "'" if source }}
            )
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Predicate that keeps the pairs of period and source of a scope. #}
{% macro in_slice_of(column, source_column, scope) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set slices = ref(slice_scope(scope)[0]) -%}
        {%- if asked_periods() -%}
            ({{ column }}, {{ source_column }}) in (
                select period, source from {{ slices }} where {{ slice_scope(scope)[1] }}
            )
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Predicate that keeps the months that the figures of a run are made of, read from gold. #}
{% macro in_figure_months(column) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set slices = ref('int_slice__figure') -%}
        {%- set months = source('vocabulary', 'period_month') -%}
        {%- if asked_periods() -%}
            {{ column }} in (
                select months.month from {{ months }} as months
                inner join {{ slices }} as slices on months.period = slices.period
            )
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Predicate that keeps the pairs of a measure and a period, or a measure and a month (`by`), that the figures of a run
   are made of. #}
{% macro is_measure_read(measure_column, column, by) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set slices = ref('int_slice__measure') -%}
        {%- if asked_periods() -%}
            ({{ measure_column }}, {{ column }}) in (select measure_code, {{ by }} from {{ slices }})
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Predicate that keeps the months of a source from the first (`from`) or up to the last (`until`) of a scope. #}
{% macro slice_bound(column, side, scope, source) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set slices = ref(slice_scope(scope)[0]) -%}
        {%- if asked_periods() -%}
            {{ column }} {{ '>=' if side == 'from' else '<=' }} (
                select {{ 'min' if side == 'from' else 'max' }}(period) from {{ slices }}
                where {{ slice_scope(scope)[1] }} and source = '{{ source }}'
            )
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Predicate that keeps the pension files whose findings may lie in the months that a run computes; all of them in a run over
   all months. #}
{% macro is_file_in_slice(column) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set reach, slices = ref('int_transfer__reach'), ref('int_slice__source_month') -%}
        {%- if asked_periods() -%}
            {{ column }} in (
                select reach.file_pid from {{ reach }} as reach
                inner join {{ slices }} as slices on reach.period = slices.period
                where slices.source = 'pension_transfer'
            )
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
