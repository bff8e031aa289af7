{{ config(materialized='view') }}

{#- rule, the acts it judges, what must be reported for it to be seen, and what breaks it -#}
{%- set rules = [
    ("KEPT_ORIGINAL_RETURNED", "act = 'GIVEN_BACK'", "treatment is not null", "treatment = 'KEEP'"),
    ("KEPT_ORIGINAL_DESTROYED", "act = 'DESTROYED'", "treatment is not null", "treatment = 'KEEP'"),
    ("OTHER_RULING_RETURNED", "act = 'GIVEN_BACK'", "treatment is not null", "is_other_ruling"),
    ("OTHER_RULING_KEPT", "act = 'KEPT'", "treatment is not null", "is_other_ruling"),
    ("NOT_RETURNED", "act in ('KEPT', 'DESTROYED')", "treatment is not null", "treatment = 'RETURN'"),
    ("DESTROYED_UNASSURED", "act = 'DESTROYED'", "quality_checked is not null", "quality_checked = 'NO'"),
    ("DESTROYED_WITHOUT_CONDITIONS", "act = 'DESTROYED'", "out_of_reach is not null and has_come is not null", "out_of_reach = 'NO' or has_come = 'YES'"),
    ("DESTROYED_BY_OTHER", "act = 'DESTROYED'", "role is not null", "role <> 'DOCUMENTS_EXPERT'")
] %}

with paper_act as (
    select * from {{ ref('stg_scan_index__paper_act') }}
    where {{ in_slice('period', 'affected', 'scan_index') }}
),

live as (
    select
        unit_code,
        live_from
    from {{ source('vocabulary', 'unit_go_live') }}
    where process = 'SCAN'
),

document_type as (
    select
        code,
        max(case when attribute = 'after_imaging' then attribute_value end) as treatment,
        max(case when attribute = 'clause' then attribute_value end) as clause
    from {{ source('vocabulary', 'code_attribute') }}
    where codelist = 'CL_DOCUMENT_TYPE'
    group by code
),

act as (
    select
        paper_act.*,
        {{ instant_seconds('paper_act.event_at') }} as at_second,
        document_type.treatment,
        coalesce(document_type.treatment = 'DESTROY' and document_type.clause = 'SCAN-2.1b', false) as is_other_ruling,
        {{ provenance_rank('paper_act.provenance') }} as provenance_rank
    from paper_act
    inner join live on paper_act.unit_code = live.unit_code and paper_act.event_date >= live.live_from
    left join document_type on paper_act.document_type = document_type.code
),

approval as (
    select
        *,
        case when role = 'BROKERAGE_HEAD' then 0 else 1 end as is_finding
    from {{ ref('int_scan__event') }}
    where
        workflow = 'BROKERAGE' and act = 'S07' and role is not null and is_live
        and {{ in_slice('period', 'affected', 'scan_index') }}
),

judged as (
    {%- for code, acts, seen, broken in rules %}
    select
        '{{ code }}' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        case when {{ broken }} then 1 else 0 end as is_finding,
        provenance_rank
    from act
    where {{ acts }} and {{ seen }}
    union all
    {%- endfor %}
    select
        'DELEGATE_APPROVED' as rule_code,
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        at_second,
        event_at,
        is_finding,
        provenance_rank
    from approval
),

rule as (
    select
        rule_code,
        workflow
    from {{ ref('int_scan__rule') }}
),

final as (
    select judged.*
    from judged
    inner join rule on judged.rule_code = rule.rule_code and judged.workflow = rule.workflow
)

select
    rule_code,
    workflow,
    file_pid,
    document_pid,
    unit_code,
    period,
    at_second,
    event_at,
    is_finding,
    provenance_rank
from final
