{{ config(materialized='view') }}

with visit as (
    select * from {{ ref('int_scan__visit') }}
    where {{ in_slice('period', 'affected', 'scan_index') }}
),

closely as (
    select * from {{ ref('int_scan__close') }}
),

rule as (
    select * from {{ ref('int_scan__rule') }} as scan_rule
    where {{ is_scan_sequence_rule('scan_rule') }}
),

-- visits of cases that plainly keep every rule, by what was done in them
counted as (
    select
        visit.workflow,
        visit.unit_code,
        visit.period,
        {%- for act in scan_acts() %}
        count(visit.first_{{ act | lower }}) as visits_{{ act | lower }},
        {%- endfor %}
        max(visit.provenance_rank) as provenance_rank
    from visit
    left join closely
        on
            visit.file_pid = closely.file_pid
            and visit.document_pid = closely.document_pid
            and visit.workflow = closely.workflow
    where closely.file_pid is null
    group by visit.workflow, visit.unit_code, visit.period
),

final as (
    select
        rule.rule_code,
        counted.workflow,
        counted.unit_code,
        counted.period,
        {{ scan_of_act('visits', 'rule.acts', 'counted') }} as cases_observed,
        counted.provenance_rank
    from counted
    inner join rule on counted.workflow = rule.workflow
)

select
    rule_code,
    workflow,
    unit_code,
    period,
    cases_observed,
    provenance_rank
from final
where cases_observed > 0
