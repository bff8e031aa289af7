{% snapshot kept %}
{{ config(target_schema='leaking', unique_key='person_pid', strategy='check', check_cols='all') }}
select unit_code, person_pid from {{ source('silver', 'contribution_list_worker') }}
{% endsnapshot %}
