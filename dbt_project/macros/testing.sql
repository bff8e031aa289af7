{# Tests of a run over some months look at the months that it may have changed, so that their cost follows the change. #}
{% macro rows_to_test(model, is_by_period) -%}
    {%- if is_by_period and asked_periods() -%}
        {%- set slices = api.Relation.create(
            database=target.database, schema='intermediate', identifier='int_slice__source_month'
        ) -%}
        (select * from {{ model }} where period in (select period from {{ slices }} where is_affected)) as rows_to_test
    {%- else -%}
        {{ model }}
    {%- endif -%}
{%- endmacro %}
