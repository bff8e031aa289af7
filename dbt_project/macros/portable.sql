{# What engines spell differently; everything else in the models means the same on DuckDB and Spark. #}

{% macro days_between(first, last) -%}
    {{ dbt.datediff(first, last, 'day') }}
{%- endmacro %}

{% macro days_after(day, number) -%}
    cast({{ dbt.dateadd('day', number, day) }} as date)
{%- endmacro %}

{% macro null_text() -%}
    cast(null as {{ dbt.type_string() }})
{%- endmacro %}

{# Whole seconds from one timestamp to another. #}
{% macro seconds_between(first, last) -%}
    {{ dbt.datediff(first, last, 'second') }}
{%- endmacro %}
