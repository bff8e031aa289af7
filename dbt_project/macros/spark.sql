{# The materialization `delta` on Spark (`make sail`): a table of the model's rows with the names and types of its
   contract, made anew. There the project is built to compare what two engines make of the same input, so nothing of it
   goes into the lake, and slices are not replaced one by one. #}
{% materialization delta, adapter="spark" %}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}
    {% do adapter.drop_relation(target_relation) %}
    {% call statement('main') -%}
        create table {{ target_relation }} using parquet as
        select
            {%- for column in model.columns.values() %}
            cast({{ adapter.quote(column.name) }} as {{ spark_type(column.data_type) }}) as {{ adapter.quote(column.name) }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from (
            {{ compiled_code }}
        ) as made
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# The name that Spark gives a type of a contract. #}
{% macro spark_type(data_type) -%}
    {{ {'varchar': 'string', 'blob': 'binary', 'timestamptz': 'timestamp'}.get(data_type, data_type) }}
{%- endmacro %}
