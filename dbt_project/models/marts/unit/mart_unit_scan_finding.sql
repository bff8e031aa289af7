{{ config(slice_by='period', slice_scope='affected', slice_source='scan_index') }}

with judgement as (
    select * from {{ ref('int_scan__judgement') }}
),

plain as (
    select * from {{ ref('int_scan__plain') }}
),

rule as (
    select * from {{ ref('int_scan__rule') }}
),

observed as (
    select
        rule_code,
        workflow,
        unit_code,
        period,
        count(*) as cases_observed,
        count(*) filter (where is_finding) as cases_found,
        max(provenance_rank) as provenance_rank
    from judgement
    group by rule_code, workflow, unit_code, period
    union all
    select
        rule_code,
        workflow,
        unit_code,
        period,
        cases_observed,
        0 as cases_found,
        provenance_rank
    from plain
),

counted as (
    select
        rule_code,
        workflow,
        unit_code,
        period,
        sum(cases_observed) as cases_observed,
        sum(cases_found) as cases_found,
        max(provenance_rank) as provenance_rank
    from observed
    group by rule_code, workflow, unit_code, period
),

-- where the directive applies and work is reported, what no source tells of is unknown, never none
at_work as (
    select
        workflow,
        unit_code,
        period,
        max(provenance_rank) as provenance_rank
    from {{ ref('int_scan__event') }}
    where is_live and {{ in_slice('period', 'affected', 'scan_index') }}
    group by workflow, unit_code, period
),

stated as (
    select
        rule_code,
        workflow,
        unit_code,
        period,
        cast(cases_observed as bigint) as cases_observed,
        cast(cases_found as bigint) as cases_found,
        provenance_rank
    from counted
    union all
    select
        rule.rule_code,
        at_work.workflow,
        at_work.unit_code,
        at_work.period,
        cast(null as bigint) as cases_observed,
        cast(null as bigint) as cases_found,
        at_work.provenance_rank
    from at_work
    inner join rule on at_work.workflow = rule.workflow
    where rule.observability = 'NOT_OBSERVABLE'
),

final as (
    select
        stated.rule_code,
        stated.workflow,
        rule.clause,
        rule.basis,
        rule.observability,
        rule.basis = 'text' as is_breach,
        stated.unit_code,
        stated.period,
        stated.cases_observed,
        stated.cases_found,
        {{ provenance_text('stated.provenance_rank') }} as provenance
    from stated
    inner join rule on stated.rule_code = rule.rule_code and stated.workflow = rule.workflow
)

select
    rule_code,
    workflow,
    clause,
    basis,
    observability,
    is_breach,
    unit_code,
    period,
    cases_observed,
    cases_found,
    provenance
from final
