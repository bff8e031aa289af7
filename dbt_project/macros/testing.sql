{# Tests of a run over some months look at the periods that it may have changed, so that their cost follows the change. #}
{% macro rows_to_test(model, is_by_period) -%}
    {%- if is_by_period == 'asked' and asked_periods() -%}
        (
            select * from {{ model }}
            where {{ is_asked('period') }}
        ) as rows_to_test
    {%- elif is_by_period and is_by_period != 'asked' -%}
        {%- set months, figures = ref('int_slice__source_month'), ref('int_slice__figure') -%}
        {%- if asked_periods() -%}
            (
                select * from {{ model }}
                where period in (select period from {{ months }} union select period from {{ figures }} where is_computed)
            ) as rows_to_test
        {%- else -%}
            {{ model }}
        {%- endif -%}
    {%- else -%}
        {{ model }}
    {%- endif -%}
{%- endmacro %}
