with event as (
    select * from {{ ref('int_transfer__event') }}
),

final as (
    {%- for rule in transfer_mark_rules() %}
    select
        '{{ rule.rule }}' as rule_code,
        event_id,
        {{ rule.known or 'true' }} as is_observable,
        coalesce({{ rule.where }}, false) as is_finding
    from event
    where {{ is_one_of('event_type', rule.of) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    rule_code,
    event_id,
    is_observable,
    is_finding
from final
