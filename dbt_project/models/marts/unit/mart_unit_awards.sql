{{ config(slice_by='period', slice_scope='asked') }}

with report as (
    select
        unit_code,
        period,
        cast(sum(value) as bigint) as awards_reported,
        max({{ provenance_rank('provenance') }}) as provenance_rank
    from {{ ref('stg_mis__report') }}
    where measure = 'NEW_PENSION' and {{ in_slice('period', 'asked') }}
    group by unit_code, period
),

award as (
    select
        unit_code,
        period,
        count(*) as orders_listed,
        max(sample_step) as sample_step,
        min(sample_step) as smallest_step,
        max({{ provenance_rank('provenance') }}) as provenance_rank
    from {{ ref('stg_mis__award') }}
    where {{ in_slice('period', 'asked') }}
    group by unit_code, period
),

-- a systematic sample holds one order in each full step, and one or none of what is left
final as (
    select
        coalesce(report.unit_code, award.unit_code) as unit_code,
        coalesce(report.period, award.period) as period,
        report.awards_reported,
        cast(coalesce(award.orders_listed, 0) as bigint) as orders_listed,
        cast(award.sample_step as bigint) as sample_step,
        case
            when award.unit_code is null and report.awards_reported > 0 then null
            when award.unit_code is null then true
            else
                award.sample_step = award.smallest_step
                and abs(award.orders_listed * award.sample_step - report.awards_reported) < award.sample_step
        end as is_consistent,
        greatest(coalesce(report.provenance_rank, 0), coalesce(award.provenance_rank, 0)) as provenance_rank
    from report
    full outer join award on report.unit_code = award.unit_code and report.period = award.period
)

select
    unit_code,
    period,
    awards_reported,
    orders_listed,
    sample_step,
    is_consistent,
    {{ provenance_text('provenance_rank') }} as provenance
from final
