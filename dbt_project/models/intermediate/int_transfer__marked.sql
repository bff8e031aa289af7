{{ config(materialized='view') }}

with final as (
    {%- for rule in transfer_mark_rules() %}
    select
        '{{ rule.rule }}' as rule_code,
        event_pid,
        transfer_pid,
        event_date as found_on,
        period,
        unit_code,
        {{ rule.known or 'true' }} as is_observable,
        coalesce({{ rule.where }}, false) as is_finding,
        file_sha256,
        provenance_rank
    from {{ ref('int_transfer__event') }}
    where {{ is_one_of('event_type', rule.of) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    rule_code,
    event_pid,
    transfer_pid,
    found_on,
    period,
    unit_code,
    is_observable,
    is_finding,
    file_sha256,
    provenance_rank
from final
