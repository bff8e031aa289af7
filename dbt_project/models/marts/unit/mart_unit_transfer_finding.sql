{{ config(slice_by='period', slice_scope='affected', slice_source='pension_transfer') }}

with judged as (
    select * from {{ ref('int_transfer__judged') }}
),

rule as (
    select
        rule_code,
        clause,
        basis
    from {{ source('vocabulary', 'finding_rule') }}
    where codelist = 'CL_TRANSFER_FINDING'
),

-- a transfer counts once, however many events of it a rule looks at
per_transfer as (
    select
        rule_code,
        unit_code,
        period,
        transfer_pid,
        count(*) filter (where outcome = 'FINDING') as found,
        max(case when outcome in ('FINDING', 'KEPT') then 1 else 0 end) as is_observable,
        max(case when outcome = 'NOT_OBSERVABLE' then 1 else 0 end) as is_not_observable,
        max(case when outcome = 'NOT_APPLICABLE' then 1 else 0 end) as is_not_applicable,
        max(provenance_rank) as provenance_rank
    from judged
    group by rule_code, unit_code, period, transfer_pid
),

counted as (
    select
        rule_code,
        unit_code,
        period,
        cast(sum(found) as bigint) as found,
        count(*) filter (where found > 0) as transfers_found,
        cast(sum(is_observable) as bigint) as transfers_observable,
        cast(sum(is_not_observable) as bigint) as transfers_not_observable,
        cast(sum(is_not_applicable) as bigint) as transfers_not_applicable,
        max(provenance_rank) as provenance_rank
    from per_transfer
    group by rule_code, unit_code, period
),

-- where nothing was observable there is no count, not a count of zero
final as (
    select
        counted.*,
        rule.clause,
        rule.basis,
        case when counted.transfers_observable > 0 then counted.found end as findings,
        case when counted.transfers_observable > 0 then counted.transfers_found end as transfers_with_finding,
        case
            when counted.transfers_observable > 0 then 'OBSERVED'
            when counted.transfers_not_observable > 0 then 'NOT_OBSERVABLE'
            else 'NOT_APPLICABLE'
        end as observation_status
    from counted
    inner join rule on counted.rule_code = rule.rule_code
)

select
    rule_code,
    clause,
    basis,
    basis = 'text' as is_breach,
    unit_code,
    period,
    findings,
    transfers_with_finding,
    transfers_observable,
    transfers_not_observable,
    transfers_not_applicable,
    observation_status,
    {{ provenance_text('provenance_rank') }} as provenance
from final
