{# Predicate that keeps the months in which a case of imaging can have begun: from a year before the first month that is
   read up to the last. What lies farther back is not looked at in a full build either. #}
{% macro in_scan_horizon(column) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set months = source('vocabulary', 'period') -%}
        {%- set last = slice_bound(column, 'until', 'affected', 'scan_index') -%}
        {%- set affected = in_slice('months.period', 'affected', 'scan_index') -%}
        {%- if asked_periods() -%}
            {{ last }}
            and {{ column }} >= (select min(months.previous_year_period) from {{ months }} as months where {{ affected }})
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Predicate that keeps the files that imaging came by in the months that a run computes, of a CTE `visited` of their
   pseudonyms; all files in a run over all months. #}
{% macro is_visited(column) -%}
    {{ column ~ ' in (select visited.file_pid from visited)' if asked_periods() else 'true' }}
{%- endmacro %}

{# Whole seconds of an instant since 1970. #}
{% macro instant_seconds(instant) -%}
    {{ return(adapter.dispatch('instant_seconds', 'amar')(instant)) }}
{%- endmacro %}

{% macro default__instant_seconds(instant) -%}
    cast(floor(epoch({{ instant }})) as bigint)
{%- endmacro %}

{% macro spark__instant_seconds(instant) -%}
    unix_timestamp({{ instant }})
{%- endmacro %}
