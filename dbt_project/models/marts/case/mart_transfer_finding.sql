{{ config(slice_by='period', slice_scope='affected', slice_source='pension_transfer') }}

with judged as (
    select * from {{ ref('int_transfer__judged') }}
    where is_finding and outcome = 'FINDING'
),

event as (
    select
        event_pid,
        file_pid,
        round_number,
        origin_unit_code,
        addressed_unit_code
    from {{ ref('int_transfer__event') }}
),

rule as (
    select
        rule_code,
        clause,
        basis
    from {{ source('vocabulary', 'finding_rule') }}
    where codelist = 'CL_TRANSFER_FINDING'
),

final as (
    select
        judged.*,
        event.file_pid,
        event.round_number,
        event.origin_unit_code,
        event.addressed_unit_code,
        rule.clause,
        rule.basis
    from judged
    inner join event on judged.event_pid = event.event_pid
    inner join rule on judged.rule_code = rule.rule_code
)

select
    rule_code,
    clause,
    basis,
    basis = 'text' as is_breach,
    unit_code,
    period,
    found_on,
    transfer_pid,
    file_pid,
    event_pid,
    round_number,
    origin_unit_code,
    addressed_unit_code as destination_unit_code,
    file_sha256,
    {{ provenance_text('provenance_rank') }} as provenance
from final
