{{ config(pre_hook='create table found as select * from silver.contribution_list_worker') }}
select 'A' as unit_code, 1 as value
