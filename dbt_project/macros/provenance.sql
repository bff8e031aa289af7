{# Most restrictive wins (synthetic > published_elsewhere > reported): the rank is what `max` works on. What is not
   known counts as synthetic. #}
{% macro provenance_rank(column) -%}
    case {{ column }} when 'reported' then 0 when 'published_elsewhere' then 1 else 2 end
{%- endmacro %}

{% macro provenance_text(rank) -%}
    case {{ rank }} when 0 then 'reported' when 1 then 'published_elsewhere' else 'synthetic' end
{%- endmacro %}
