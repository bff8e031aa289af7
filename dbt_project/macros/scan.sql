{# Predicate that keeps the months in which a case of imaging can have begun: from a year before the first month that is
   read up to the last. What lies farther back is not looked at in a full build either. #}
{% macro in_scan_horizon(column) -%}
    {%- if model.resource_type == 'unit_test' or not asked_periods() -%}
        true
    {%- else -%}
        {{ slice_bound(column, 'until', 'read', 'scan_index') }}
        and {{ column }} >= (
            select min(month.previous_year_period)
            from {{ source('vocabulary', 'period') }} as month
            where {{ in_slice('month.period', 'read', 'scan_index') }}
        )
    {%- endif -%}
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
