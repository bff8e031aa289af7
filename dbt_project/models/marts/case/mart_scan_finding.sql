{{ config(slice_by='period', slice_scope='affected', slice_source='scan_index') }}

with judgement as (
    select * from {{ ref('int_scan__judgement') }}
    where is_finding
),

rule as (
    select * from {{ ref('int_scan__rule') }}
),

final as (
    select
        judgement.rule_code,
        judgement.workflow,
        rule.clause,
        rule.basis,
        rule.basis = 'text' as is_breach,
        judgement.unit_code,
        judgement.period,
        judgement.file_pid,
        judgement.document_pid,
        judgement.found_at,
        judgement.occurrences,
        {{ provenance_text('judgement.provenance_rank') }} as provenance
    from judgement
    inner join rule on judgement.rule_code = rule.rule_code and judgement.workflow = rule.workflow
)

select
    rule_code,
    workflow,
    clause,
    basis,
    is_breach,
    unit_code,
    period,
    file_pid,
    document_pid,
    found_at,
    occurrences,
    provenance
from final
