{{ config(materialized='view') }}

with event as (
    select * from {{ ref('int_transfer__event') }}
),

found as (
    select * from {{ ref('int_transfer__disordered') }}
),

kind as (
    select distinct event_type from event
),

-- what each rule speaks of, once though it makes several demands
rule as (
    {%- for rule in transfer_order_rules() %}
    select
        '{{ rule.rule }}' as rule_code,
        event_type
    from kind
    where {{ is_one_of('event_type', rule.of) }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        rule.rule_code,
        event.event_pid,
        event.transfer_pid,
        event.event_date as found_on,
        event.period,
        event.unit_code,
        found.event_pid is not null as is_finding,
        event.file_sha256,
        event.provenance_rank
    from event
    inner join rule on event.event_type = rule.event_type
    left join found on event.event_pid = found.event_pid and rule.rule_code = found.rule_code
    where {{ meets_conditions('rule.rule_code', 'event') }}
)

select
    rule_code,
    event_pid,
    transfer_pid,
    found_on,
    period,
    unit_code,
    is_finding,
    file_sha256,
    provenance_rank
from final
