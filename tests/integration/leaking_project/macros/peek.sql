{% macro peek(column) -%} max({{ column }}) {%- endmacro %}
