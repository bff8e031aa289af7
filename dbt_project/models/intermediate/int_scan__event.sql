-- the acts of a file in other months are looked at for its acts in these
with visited as (
    {%- for model in ['stg_scan_index__step_event', 'stg_scan_index__paper_act', 'stg_scan_index__document'] %}
    select file_pid from {{ ref(model) }}
    where {{ in_slice('period', 'affected', 'scan_index') }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

step_event as (
    select
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        step as act,
        event_date,
        event_at,
        operator_pid,
        role,
        leaf_count,
        side_count,
        image_count,
        {{ null_text() }} as is_imaged,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__step_event') }}
    where {{ in_scan_horizon('period') }} and {{ is_visited('file_pid') }}
),

paper_act as (
    select
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        act,
        event_date,
        event_at,
        operator_pid,
        role,
        cast(null as bigint) as leaf_count,
        cast(null as bigint) as side_count,
        cast(null as bigint) as image_count,
        is_imaged,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__paper_act') }}
    where {{ in_scan_horizon('period') }} and {{ is_visited('file_pid') }}
),

-- that a single document was entered says that its beginning is held; it is no act
entered as (
    select
        workflow,
        file_pid,
        document_pid,
        unit_code,
        period,
        'ENTERED' as act,
        null as event_date,
        null as event_at,
        null as operator_pid,
        {{ null_text() }} as role,
        cast(null as bigint) as leaf_count,
        cast(null as bigint) as side_count,
        cast(null as bigint) as image_count,
        {{ null_text() }} as is_imaged,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__document') }}
    where workflow <> 'FILE' and {{ in_scan_horizon('period') }} and {{ is_visited('file_pid') }}
),

event as (
    select * from step_event
    union all
    select * from paper_act
    union all
    select * from entered
),

month as (
    select
        period,
        previous_year_period
    from {{ source('vocabulary', 'period') }}
),

live as (
    select
        unit_code,
        live_from
    from {{ source('vocabulary', 'unit_go_live') }}
    where process = 'SCAN'
),

skew as (
    select
        limit_value,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ source('vocabulary', 'conformance_limit') }}
    where limit_code = 'SCAN_CLOCK_SKEW'
),

final as (
    select
        event.workflow,
        event.file_pid,
        event.document_pid,
        event.unit_code,
        event.period,
        month.previous_year_period as horizon_period,
        event.act,
        {{ instant_seconds('event.event_at') }} as at_second,
        event.event_at,
        event.operator_pid,
        event.role,
        event.leaf_count,
        event.side_count,
        event.image_count,
        event.is_imaged,
        coalesce(live.live_from <= event.event_date, false) as is_live,
        cast(coalesce(skew.limit_value, 0) as bigint) as skew_seconds,
        event.file_sha256,
        event.provenance_rank
    from event
    inner join month on event.period = month.period
    left join live on event.unit_code = live.unit_code
    left join skew on event.event_date between skew.valid_from and skew.valid_to
)

select
    workflow,
    file_pid,
    document_pid,
    unit_code,
    period,
    horizon_period,
    act,
    at_second,
    event_at,
    operator_pid,
    role,
    leaf_count,
    side_count,
    image_count,
    is_imaged,
    is_live,
    skew_seconds,
    file_sha256,
    provenance_rank
from final
