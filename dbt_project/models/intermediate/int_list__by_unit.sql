with filed as (
    select
        unit_code,
        period,
        count(*) as lists,
        count(*) filter (where is_dated) as lists_dated,
        count(*) filter (where is_on_time) as lists_on_time,
        count(distinct workshop_pid) as workshops,
        count(distinct workshop_pid) filter (where is_received) as workshops_received,
        count(distinct workshop_pid) filter (where is_dated) as workshops_dated,
        count(distinct workshop_pid) filter (where is_on_time) as workshops_on_time,
        max(provenance_rank) as provenance_rank
    from {{ ref('int_list__filed') }}
    group by unit_code, period
),

-- a person in two lists of one workshop counts once, with the days and the pay of both
person_workshop as (
    select
        unit_code,
        period,
        workshop_pid,
        person_pid,
        sum(day_count) as day_count,
        sum(insurable_rial) as insurable_rial
    from {{ ref('int_list__worker') }}
    group by unit_code, period, workshop_pid, person_pid
),

worker as (
    select
        unit_code,
        period,
        cast(sum(day_count) as bigint) as insured_days,
        cast(sum(insurable_rial) as bigint) as insurable_pay,
        count(*) as person_workshops,
        count(distinct workshop_pid) as workshops_paid,
        count(distinct person_pid) as persons
    from person_workshop
    group by unit_code, period
),

report as (
    select
        unit_code,
        period,
        cast(sum(value) as bigint) as workshops_obliged,
        max(provenance_rank) as provenance_rank
    from {{ ref('int_mis__measure') }}
    where measure_code = 'workshop_obliged'
    group by unit_code, period
),

month as (
    select
        period,
        days
    from {{ source('vocabulary', 'period') }}
),

-- a workshop that sent nothing owes a list too; where only some of a unit's lists say when they were filed, as large
-- a part of those workshops is left out as of its lists
final as (
    select
        filed.unit_code,
        filed.period,
        report.workshops_obliged,
        filed.workshops,
        filed.workshops_received,
        filed.workshops_dated,
        filed.workshops_on_time,
        filed.lists,
        filed.lists_dated,
        filed.lists_on_time,
        case
            when report.workshops_obliged > filed.workshops
                then filed.lists_dated + cast(
                    floor(
                        cast(report.workshops_obliged - filed.workshops as double)
                        * filed.lists_dated / filed.lists + 0.5
                    ) as bigint
                )
            when report.workshops_obliged is not null then filed.lists_dated
        end as lists_due,
        coalesce(worker.insured_days, 0) as insured_days,
        coalesce(worker.insurable_pay, 0) as insurable_pay,
        coalesce(worker.person_workshops, 0) as person_workshops,
        coalesce(worker.person_workshops, 0) * month.days as possible_days,
        coalesce(worker.workshops_paid, 0) as workshops_paid,
        coalesce(worker.persons, 0) as persons,
        greatest(filed.provenance_rank, coalesce(report.provenance_rank, 0)) as provenance_rank
    from filed
    inner join month on filed.period = month.period
    left join worker on filed.unit_code = worker.unit_code and filed.period = worker.period
    left join report on filed.unit_code = report.unit_code and filed.period = report.period
)

select
    unit_code,
    period,
    workshops_obliged,
    workshops,
    workshops_received,
    workshops_dated,
    workshops_on_time,
    lists,
    lists_dated,
    lists_on_time,
    lists_due,
    insured_days,
    insurable_pay,
    person_workshops,
    possible_days,
    workshops_paid,
    persons,
    provenance_rank
from final
