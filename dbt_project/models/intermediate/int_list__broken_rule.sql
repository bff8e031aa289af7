with finding as (
    select
        file_sha256,
        row_number,
        period,
        rule,
        severity
    from {{ ref('stg_contribution_list__finding') }}
    where {{ in_slice('period', 'affected', 'contribution_list') }}
),

state as (
    select
        file_sha256,
        row_number,
        period,
        state,
        rule
    from {{ ref('stg_contribution_list__row_state') }}
    where state <> 'superseded' and {{ in_slice('period', 'affected', 'contribution_list') }}
),

-- what sets a row aside without a finding, such as its width, is a rule too
broken as (
    select
        finding.file_sha256,
        finding.row_number,
        finding.period,
        finding.rule,
        finding.severity
    from finding
    left join state
        on
            finding.file_sha256 = state.file_sha256
            and finding.row_number = state.row_number
            and state.state <> 'quarantined'
    where state.state is null
    union
    select
        file_sha256,
        row_number,
        period,
        rule,
        'error' as severity
    from state
    where state = 'quarantined'
),

known as (
    select code
    from {{ source('vocabulary', 'codelist') }}
    where codelist = 'CL_LIST_RULE'
),

final as (
    select distinct
        broken.file_sha256,
        broken.row_number,
        broken.period,
        coalesce(known.code, 'OTHER') as rule_code,
        broken.severity
    from broken
    left join known on upper(broken.rule) = known.code
)

select
    file_sha256,
    row_number,
    period,
    rule_code,
    severity
from final
