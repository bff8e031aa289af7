with month_figure as (
    select * from {{ ref('int_measure__by_area') }}
),

measure as (
    select
        derived.measure_code,
        derived.source,
        derived.over_time,
        contributor.is_once
    from {{ source('vocabulary', 'derived_measure') }} as derived
    inner join {{ source('vocabulary', 'derived_measure') }} as contributor
        on derived.contributor_code = contributor.measure_code
),

span as (
    select
        span_month.period,
        span_month.month,
        span_month.is_last
    from {{ source('vocabulary', 'period_month') }} as span_month
    where span_month.period <> span_month.month and {{ in_slice('span_month.period', 'figure_read') }}
),

held as (
    select
        source,
        period
    from {{ ref('int_period__held') }}
),

due as (
    select
        area_kind,
        area_code,
        source,
        period,
        months_due
    from {{ ref('int_reporting__by_area') }}
),

-- of a stock at the end only the last month is asked
rolled as (
    select
        month_figure.measure_code,
        month_figure.area_kind,
        month_figure.area_code,
        span.period,
        count(*) as months_found,
        sum(month_figure.value) as value_together,
        sum(case when span.is_last then month_figure.value end) as value_at_end,
        sum(month_figure.contributors) as contributors_together,
        max(month_figure.contributors) as contributors_at_most,
        sum(case when span.is_last then month_figure.contributors end) as contributors_at_end,
        max(month_figure.provenance_rank) as provenance_rank
    from month_figure
    inner join measure on month_figure.measure_code = measure.measure_code
    inner join span
        on month_figure.period = span.month and (span.is_last or measure.over_time <> 'end')
    where {{ is_measure_read('month_figure.measure_code', 'span.period', 'period') }}
    group by month_figure.measure_code, month_figure.area_kind, month_figure.area_code, span.period
),

-- a month in which units of the area owe a report and none came leaves a flow or an average missing, never low; the
-- same persons may stand behind every month, so that the longer period has at least those of its greatest month
final as (
    select
        rolled.measure_code,
        rolled.area_kind,
        rolled.area_code,
        rolled.period,
        case
            when measure.over_time = 'end' then rolled.value_at_end
            when rolled.months_found < coalesce(due.months_due, 1) then null
            when measure.over_time = 'average'
                then cast(round(cast(rolled.value_together as double) / rolled.months_found, 3) as decimal(38, 3))
            else rolled.value_together
        end as value,
        case
            when measure.over_time = 'end' then rolled.contributors_at_end
            when measure.is_once then rolled.contributors_together
            else rolled.contributors_at_most
        end as contributors,
        rolled.provenance_rank
    from rolled
    inner join measure on rolled.measure_code = measure.measure_code
    inner join held on measure.source = held.source and rolled.period = held.period
    left join due
        on
            measure.source = due.source
            and rolled.area_kind = due.area_kind
            and rolled.area_code = due.area_code
            and rolled.period = due.period
    union all
    select
        measure_code,
        area_kind,
        area_code,
        period,
        value,
        contributors,
        provenance_rank
    from month_figure
    where {{ is_measure_read('measure_code', 'period', 'period') }}
)

select
    measure_code,
    area_kind,
    area_code,
    period,
    cast(value as decimal(38, 3)) as value,
    cast(contributors as bigint) as contributors,
    provenance_rank
from final
