with reporting as (
    select
        unit_code,
        directorate_code,
        geo_code,
        source,
        period,
        is_reported,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('fct_unit_reporting') }}
    where {{ in_figure_months('period') }}
),

span as (
    select
        period,
        month,
        is_last
    from {{ source('vocabulary', 'period_month') }}
    where {{ in_slice('period', 'figure_read') }}
),

month_figure as (
    select
        source,
        period,
        case
            when grouping(unit_code) = 0 then 'UNIT'
            when grouping(directorate_code) = 0 then 'DIRECTORATE'
            when grouping(geo_code) = 0 then 'PROVINCE'
            else 'COUNTRY'
        end as area_kind,
        case
            when grouping(unit_code) = 0 then unit_code
            when grouping(directorate_code) = 0 then directorate_code
            when grouping(geo_code) = 0 then geo_code
            else 'IR'
        end as area_code,
        count(*) as units_obliged,
        count(*) filter (where is_reported) as units_reported,
        max(provenance_rank) as provenance_rank
    from reporting
    group by {{ grouping_sets(['source', 'period'], [['unit_code'], ['directorate_code'], ['geo_code'], []]) }}
),

final as (
    select
        month_figure.area_kind,
        month_figure.area_code,
        month_figure.source,
        span.period,
        count(*) as months_due,
        sum(month_figure.units_obliged) as units_obliged,
        sum(month_figure.units_reported) as units_reported,
        sum(case when span.is_last then month_figure.units_obliged else 0 end) as units_obliged_at_end,
        sum(case when span.is_last then month_figure.units_reported else 0 end) as units_reported_at_end,
        max(month_figure.provenance_rank) as provenance_rank
    from month_figure
    inner join span on month_figure.period = span.month
    where
        month_figure.area_code is not null
        and (month_figure.area_kind <> 'PROVINCE' or month_figure.area_code <> 'IR')
    group by month_figure.area_kind, month_figure.area_code, month_figure.source, span.period
)

select
    area_kind,
    area_code,
    source,
    period,
    cast(months_due as bigint) as months_due,
    cast(units_obliged as bigint) as units_obliged,
    cast(units_reported as bigint) as units_reported,
    cast(units_obliged_at_end as bigint) as units_obliged_at_end,
    cast(units_reported_at_end as bigint) as units_reported_at_end,
    provenance_rank
from final
