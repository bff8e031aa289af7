{{ config(materialized='view') }}

with attribute as (
    select
        code,
        attribute,
        attribute_value
    from {{ source('vocabulary', 'code_attribute') }}
    where codelist = 'CL_SCAN_FINDING'
),

rule as (
    select
        code as rule_code,
        max(case when attribute = 'clause' then attribute_value end) as clause,
        max(case when attribute = 'basis' then attribute_value end) as basis,
        max(case when attribute = 'observability' then attribute_value end) as observability,
        max(case when attribute = 'workflows' then attribute_value end) as workflows,
        max(case when attribute = 'before' then attribute_value end) as before_act,
        max(case when attribute = 'since' then attribute_value end) as since_act,
        max(case when attribute = 'opening' then attribute_value end) as opening_act,
        max(case when attribute = 'acts' then attribute_value end) as acts
    from attribute
    group by code
),

workflow as (
    select code as workflow
    from {{ source('vocabulary', 'codelist') }}
    where codelist = 'CL_SCAN_WORKFLOW'
),

-- a file is seen from its beginning where it was taken off its row, a document where its entry is on record
final as (
    select
        rule.rule_code,
        workflow.workflow,
        rule.clause,
        rule.basis,
        rule.observability,
        rule.before_act,
        rule.since_act,
        case when workflow.workflow = 'FILE' and rule.opening_act is not null then 'S01' else rule.opening_act end
            as opening_act,
        rule.acts
    from rule
    inner join workflow on rule.workflows like '%' || workflow.workflow || '%'
)

select
    rule_code,
    workflow,
    clause,
    basis,
    observability,
    before_act,
    since_act,
    opening_act,
    acts
from final
