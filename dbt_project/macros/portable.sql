{# What engines spell differently; everything else in the models means the same on DuckDB and Spark, which `make sail`
   shows. dbt's own `datediff` and `dateadd` are not used: on Spark they go through timestamps and fail on nulls. #}

{# Days from `first` to `last`, two dates; null where one of them is. #}
{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between', 'amar')(first, last)) }}
{%- endmacro %}

{% macro default__days_between(first, last) -%}
    date_diff('day', {{ first }}, {{ last }})
{%- endmacro %}

{% macro spark__days_between(first, last) -%}
    cast(datediff({{ last }}, {{ first }}) as bigint)
{%- endmacro %}

{# The date `number` days after `day`. #}
{% macro days_after(day, number) -%}
    {{ return(adapter.dispatch('days_after', 'amar')(day, number)) }}
{%- endmacro %}

{% macro default__days_after(day, number) -%}
    ({{ day }} + cast({{ number }} as integer))
{%- endmacro %}

{% macro spark__days_after(day, number) -%}
    date_add({{ day }}, cast({{ number }} as int))
{%- endmacro %}

{# What stands in a column of pseudonyms where there is nothing to name; two bytes, so no pseudonym. #}
{% macro no_pseudonym() -%}
    cast('NA' as binary)
{%- endmacro %}

{% macro null_text() -%}
    cast(null as {{ dbt.type_string() }})
{%- endmacro %}

{# Whole seconds from one timestamp to another. #}
{% macro seconds_between(first, last) -%}
    {{ dbt.datediff(first, last, 'second') }}
{%- endmacro %}

{# The order of a transfer's events. Those of one instant stand as their file lists them: a pseudonym would put them in
   another order under another key, so it decides only between rows that nothing else tells apart. #}
{% macro in_log_order(prefix='', instant='at_second') -%}
    {%- for column in [instant, 'file_sha256', 'line_number', 'event_pid'] -%}
        {{ prefix }}{{ column }} asc nulls last{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
