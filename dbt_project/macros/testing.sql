{# Tests of a run over some months look at the periods that it may have changed, so that their cost follows the change. #}
{% macro rows_to_test(model, is_by_period) -%}
    {%- if is_by_period and asked_periods() -%}
        {%- set intermediate = {'database': target.database, 'schema': 'intermediate'} -%}
        {%- set months = api.Relation.create(identifier='int_slice__source_month', **intermediate) -%}
        {%- set figures = api.Relation.create(identifier='int_slice__figure', **intermediate) -%}
        (
            select * from {{ model }}
            where period in (select period from {{ months }} union select period from {{ figures }} where is_computed)
        ) as rows_to_test
    {%- else -%}
        {{ model }}
    {%- endif -%}
{%- endmacro %}
