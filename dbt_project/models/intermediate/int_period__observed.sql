with observed as (
    {%- for model in [
        'stg_mis__report', 'stg_smis__report', 'stg_pension_transfer__event', 'stg_scan_index__step_event',
        'stg_contribution_list__list'
    ] %}
    select
        period,
        max({{ provenance_rank('provenance') }}) as provenance_rank
    from {{ ref(model) }}
    where {{ in_slice('period', 'affected') }}
    group by period
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

month as (
    select
        period,
        period_start,
        period_end
    from {{ source('vocabulary', 'period') }}
),

final as (
    select
        month.period,
        month.period_start,
        month.period_end,
        max(observed.provenance_rank) as provenance_rank
    from observed
    inner join month on observed.period = month.period
    group by month.period, month.period_start, month.period_end
)

select
    period,
    period_start,
    period_end,
    provenance_rank
from final
