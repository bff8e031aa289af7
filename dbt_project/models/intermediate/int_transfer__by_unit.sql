with transfer as (
    select
        period,
        unit_code,
        is_activated,
        provenance_rank
    from {{ ref('int_transfer__cohort') }}
    where not is_cancelled
),

event as (
    select
        period,
        origin_unit_code as unit_code,
        event_type,
        transfer_pid,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_pension_transfer__event') }}
    where {{ in_slice('period', 'affected', 'pension_transfer') }}
),

counted as (
    select
        period,
        unit_code,
        count(*) as files_referred,
        count(*) filter (where is_activated) as files_activated,
        count(*) filter (where not is_activated) as files_open,
        max(provenance_rank) as provenance_rank
    from transfer
    where {{ in_slice('period', 'affected', 'pension_transfer') }}
    group by period, unit_code
),

final as (
    {%- for measure in ['files_referred', 'files_activated', 'files_open'] %}
    select
        '{{ measure | upper }}' as measure,
        unit_code,
        period,
        'NA' as event_type,
        {{ measure }} as value,
        {{ measure }} as contributors,
        provenance_rank
    from counted
    union all
    {%- endfor %}
    select
        'EVENTS' as measure,
        unit_code,
        period,
        {{ or_total('event_type') }} as event_type,
        count(*) as value,
        count(distinct transfer_pid) as contributors,
        max(provenance_rank) as provenance_rank
    from event
    group by {{ grouping_sets(['unit_code', 'period'], [['event_type'], []]) }}
)

select
    measure,
    unit_code,
    period,
    event_type,
    cast(value as bigint) as value,
    cast(contributors as bigint) as contributors,
    provenance_rank
from final
