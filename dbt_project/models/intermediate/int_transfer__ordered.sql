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
        event.event_id,
        event.transfer_id,
        event.event_date as found_on,
        event.period,
        event.unit_code,
        found.event_id is not null as is_finding,
        event.file_sha256,
        event.provenance_rank
    from event
    inner join rule on event.event_type = rule.event_type
    left join found on event.event_id = found.event_id and rule.rule_code = found.rule_code
    where {{ meets_conditions('rule.rule_code', 'event') }}
)

select
    rule_code,
    event_id,
    transfer_id,
    found_on,
    period,
    unit_code,
    is_finding,
    file_sha256,
    provenance_rank
from final
