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

{# Rows of a seed as literals: dbt-spark binds an empty cell as the text `None`. #}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.get('column_types') or {} -%}
    {%- set query -%}
        insert into {{ this }} values
        {%- for row in agate_table.rows %}
        (
            {%- for column in agate_table.column_names %}
            cast({{ spark_literal(row[column]) }} as {{ types.get(column) or adapter.convert_type(agate_table, loop.index0) }})
            {{- ',' if not loop.last }}
            {%- endfor %}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- do adapter.add_query(query, abridge_sql_log=true) -%}
    {{ return(query) }}
{%- endmacro %}

{% macro spark_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
