with act as (
    {%- for part in ['order', 'image', 'leaf', 'count', 'file', 'paper', 'binder'] %}
    select * from {{ ref('int_scan__' ~ part ~ '_judgement') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- acts of one instant are read to their favour
instant as (
    select
        rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        min(event_at) as event_at,
        min(is_finding) as is_finding,
        max(provenance_rank) as provenance_rank
    from act
    group by rule_code, workflow, file_pid, document_pid, unit_code, period, at_second
),

final as (
    select
        rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        max(is_finding) = 1 as is_finding,
        cast(sum(is_finding) as bigint) as occurrences,
        min(case when is_finding = 1 then event_at end) as found_at,
        max(provenance_rank) as provenance_rank
    from instant
    group by rule_code, workflow, file_pid, document_pid, unit_code, period
)

select
    rule_code,
    workflow,
    file_pid,
    document_pid,
    unit_code,
    period,
    is_finding,
    occurrences,
    found_at,
    provenance_rank
from final
