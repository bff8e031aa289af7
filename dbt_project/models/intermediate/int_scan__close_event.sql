with event as (
    select * from {{ ref('int_scan__event') }}
),

final as (
    select event.*
    from event
    inner join {{ ref('int_scan__close') }} as closely
        on
            event.file_pid = closely.file_pid
            and event.document_pid = closely.document_pid
            and event.workflow = closely.workflow
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
