{# Materialization `delta`: the model's rows go to the Delta table `gold/<model>`, and the model's relation becomes a
   view over the new snapshot, so that everything downstream reads what was written.

   The rows are first put into a scratch table made from the model's contract (names, types and not-null constraints
   hold or the model fails), then compared with the snapshot. With `slice_by` the comparison goes slice by slice and
   only slices that differ are replaced; equal content makes no new version.

   Config: `slice_by` (the period column, or that and the column of the source that decides when a row is computed; also
   the partition columns), `slice_scope` (see macros/slices.sql), `slice_source` (only its months, where the rows come
   from one source). #}
{% materialization delta, adapter="duckdb" %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set rows_relation = this.incorporate(type='table', path={'identifier': this.identifier ~ '__rows'}) -%}
    {%- set sliced = mart_slices(config) -%}
    {%- set slices = none -%}

    {%- if not (config.get('contract') and config.get('contract').enforced) -%}
        {{ exceptions.raise_compiler_error(model.name ~ ": a delta model needs an enforced contract") }}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {% do adapter.drop_relation(rows_relation) %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('main') -%}
        {{ create_table_as(False, rows_relation, compiled_code) }}
    {%- endcall %}

    {%- if sliced.by and asked_periods() -%}
        {#- not a `ref`: the slices stand upstream of whatever the model filters by them -#}
        {%- set scope = slice_scope(sliced.scope) -%}
        {%- set scoped = api.Relation.create(database=this.database, schema='intermediate', identifier=scope[0]) -%}
        {%- set query -%}
            select distinct {{ 'period, source' if sliced.by | length > 1 else 'period' }} from {{ scoped }}
            where
                {{ scope[1] }}
                {{ "and source = '" ~ sliced.source ~ "'" if sliced.source }}
        {%- endset -%}
        {%- set slices = run_query(query).rows | map('list') | list -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {% do adapter.store_relation(
        'lake', target_relation, [], '', 'delta',
        {'rows': rows_relation.render(), 'slice_by': sliced.by, 'slices': slices}
    ) %}
    {%- set outcome = run_query(
        "select message, row_count from run.gold_write where name = '" ~ this.identifier ~ "'"
    ) -%}
    {% do store_raw_result(
        'main', message=outcome.rows[0][0], code='DELTA', rows_affected=outcome.rows[0][1] | string
    ) %}

    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Makes the plugin read the lake's current snapshots, unless it has just done so; other engines have no plugin. #}
{% macro refresh_lake() -%}
    {%- if execute and target.type == 'duckdb' -%}
        {%- set relation = api.Relation.create(database=target.database, schema=target.schema, identifier='lake') -%}
        {%- do adapter.store_relation('lake', relation, [], '', 'delta', {'refresh': true}) -%}
    {%- endif -%}
{%- endmacro %}
