with reporting as (
    select distinct
        period,
        provenance
    from {{ ref('fct_unit_reporting') }}
    where {{ in_figure_months('period') }}
),

observed as (
    select
        period as month,
        max({{ provenance_rank('provenance') }}) as provenance_rank
    from reporting
    group by period
),

counted as (
    select
        fct_measure.source,
        fct_measure.period as month
    from {{ ref('fct_measure') }} as fct_measure
    where fct_measure.measure_code not in ('unit_obliged', 'unit_reported') and {{ in_figure_months('period') }}
    union
    select
        source,
        period as month
    from {{ ref('fct_duration') }}
    where {{ in_figure_months('period') }}
    union
    select
        'reporting' as source,
        month
    from observed
),

span as (
    select
        span_month.period,
        span_month.month,
        period_span.months
    from {{ source('vocabulary', 'period_month') }} as span_month
    inner join {{ source('vocabulary', 'period_span') }} as period_span on span_month.period = period_span.period
    where span_month.period <> span_month.month and {{ in_slice('span_month.period', 'figure_read') }}
),

-- a longer period is held when each of its months is; a month shows what is missing in it
final as (
    select
        counted.source,
        span.period,
        max(observed.provenance_rank) as provenance_rank
    from counted
    inner join span on counted.month = span.month
    inner join observed on counted.month = observed.month
    group by counted.source, span.period, span.months
    having count(*) = span.months
    union all
    select
        source_of.source,
        observed.month as period,
        observed.provenance_rank
    from observed
    cross join {{ source('vocabulary', 'source') }} as source_of
)

select
    source,
    period,
    provenance_rank
from final
