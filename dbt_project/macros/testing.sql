{# Tests of a run over some months look at the slices that it computes, so that their cost follows the change: of a mart
   those that it writes, of any other model the periods that any mart may write. #}
{% macro rows_to_test(model, is_by_period) -%}
    {%- if is_by_period == 'asked' -%}
        {{ kept_rows(model, is_asked('period')) }}
    {%- elif is_by_period -%}
        {%- set months, figures = ref('int_slice__source_month'), ref('int_slice__figure') -%}
        {%- do ref('int_slice__since') -%}
        {#- there are no nodes while dbt parses, so that a model of any scope has to be named above -#}
        {%- set node = graph.nodes.get('model.' ~ project_name ~ '.' ~ model.identifier, {}) if execute else {} -%}
        {%- set sliced = mart_slices(node.get('config', {})) -%}
        {%- if not sliced.by -%}
            {%- set any_slice %}period in (
                select period from {{ months }} union select period from {{ figures }} where is_computed
            )
            {%- endset -%}
            {{ kept_rows(model, any_slice) }}
        {%- elif sliced.by | length == 1 -%}
            {{ kept_rows(model, in_slice(sliced.by[0], sliced.scope, sliced.source)) }}
        {%- else -%}
            {{ kept_rows(model, in_slice_of(sliced.by[0], sliced.by[1], sliced.scope)) }}
        {%- endif -%}
    {%- else -%}
        {{ model }}
    {%- endif -%}
{%- endmacro %}

{% macro kept_rows(model, predicate) -%}
    {%- if asked_periods() -%}
        (
            select * from {{ model }}
            where {{ predicate }}
        ) as rows_to_test
    {%- else -%}
        {{ model }}
    {%- endif -%}
{%- endmacro %}
