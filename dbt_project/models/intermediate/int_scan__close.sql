{%- set least = ['imager', 'approver', 'images', 'leaves', 'sides', 'leaves_again'] -%}

with visit as (
    select
        *,
        lag(last_second) over (
            partition by workflow, file_pid, document_pid order by period asc nulls last, unit_code asc nulls last
        ) as last_second_before,
        first_value(period) over (
            partition by workflow, file_pid, document_pid order by period asc nulls last, unit_code asc nulls last
        ) as first_period
    from {{ ref('int_scan__visit') }}
),

rule as (
    select * from {{ ref('int_scan__rule') }}
    where before_act is not null
),

-- when each case first and last came to what a rule looks at
reached as (
    select
        workflow,
        file_pid,
        document_pid,
        max(case when period = first_period then is_taken else 0 end) as is_taken_at_first,
        max(case when period = first_period then is_entered else 0 end) as is_entered_at_first,
        max(case when last_second_before > first_second then 1 else is_beyond end) as is_ever_beyond,
        min(unit_code) = max(unit_code) and min(period) >= max(horizon_period) as is_within,
        {%- for act in scan_acts() %}
        min(first_{{ act | lower }}) as first_{{ act | lower }},
        max(last_{{ act | lower }}) as last_{{ act | lower }},
        {%- endfor %}
        {%- for name in least %}
        min(least_{{ name }}) as least_{{ name }},
        max(greatest_{{ name }}) as greatest_{{ name }},
        {%- endfor %}
        sum(unknown_images) as unknown_images,
        sum(unknown_leaves) as unknown_leaves,
        sum(unknown_sides) as unknown_sides,
        sum(unknown_leaves_again) as unknown_leaves_again
    from visit
    group by workflow, file_pid, document_pid
),

-- a case of several units or of a moved file, or not live or not within the horizon throughout, is looked at closely
final as (
    select
        reached.workflow,
        reached.file_pid,
        reached.document_pid
    from reached
    where
        reached.is_ever_beyond = 1
        or not reached.is_within
        or not coalesce({{ is_plainly_imaged('reached') }}, false)
    union
    select
        reached.workflow,
        reached.file_pid,
        reached.document_pid
    from reached
    inner join rule on reached.workflow = rule.workflow
    where not coalesce({{ is_plainly_ordered('rule', 'reached') }}, false)
)

select
    workflow,
    file_pid,
    document_pid
from final
