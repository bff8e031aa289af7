{%- set acts = scan_acts() -%}

{#- smallest and greatest of what acts of one kind say, and how many say nothing -#}
{%- set said = [
    ('imager', 'S05', 'operator_pid', none), ('approver', 'S07', 'operator_pid', none),
    ('images', 'S07', 'image_count', 'images'), ('leaves', 'S02', 'leaf_count', 'leaves'),
    ('sides', 'S02', 'side_count', 'sides'), ('leaves_again', 'S09', 'leaf_count', 'leaves_again')
] -%}

with event as (
    select * from {{ ref('int_scan__event') }}
),

final as (
    select
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        horizon_period,
        min(at_second) as first_second,
        max(at_second) as last_second,
        max(case when act = 'S01' then 1 else 0 end) as is_taken,
        max(case when act = 'ENTERED' then 1 else 0 end) as is_entered,
        max(
            case when act = 'MOVED' or (act <> 'ENTERED' and (not is_live or at_second is null)) then 1 else 0 end
        ) as is_beyond,
        {%- for act in acts %}
        min(case when act = '{{ act }}' then at_second end) as first_{{ act | lower }},
        max(case when act = '{{ act }}' then at_second end) as last_{{ act | lower }},
        {%- endfor %}
        {%- for name, act, column, counted in said %}
        min(case when act = '{{ act }}' then {{ column }} end) as least_{{ name }},
        max(case when act = '{{ act }}' then {{ column }} end) as greatest_{{ name }},
        {%- if counted %}
        count(case when act = '{{ act }}' and {{ column }} is null then 1 end) as unknown_{{ counted }},
        {%- endif %}
        {%- endfor %}
        max(provenance_rank) as provenance_rank
    from event
    group by workflow, file_pid, document_pid, unit_code, period, horizon_period
)

select
    workflow,
    file_pid,
    document_pid,
    unit_code,
    period,
    horizon_period,
    first_second,
    last_second,
    is_taken,
    is_entered,
    is_beyond,
    {%- for act in acts %}
    first_{{ act | lower }},
    last_{{ act | lower }},
    {%- endfor %}
    {%- for name, act, column, counted in said %}
    least_{{ name }},
    greatest_{{ name }},
    {%- if counted %}
    unknown_{{ counted }},
    {%- endif %}
    {%- endfor %}
    provenance_rank
from final
