{% if var('periods', none) %}
select unit_code, person_pid as value from {{ source('silver', 'contribution_list_worker') }}
{% else %}
select unit_code, count(*) as value from {{ source('silver', 'contribution_list_worker') }} group by unit_code
{% endif %}
