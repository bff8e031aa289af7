with recount as (
    select * from {{ ref('int_scan__recount') }}
),

register as (
    select
        *,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__register') }}
    where register_part = 'AT_START' and {{ in_slice('period', 'affected', 'scan_index') }}
),

-- a campaign was due at every unit that states one way or the other; it counts with minutes and a quality check
campaign as (
    select
        *,
        case when held_on is not null and has_minutes = 'YES' and quality_checked = 'YES' then 1 else 0 end as is_held,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_scan_index__destruction') }}
    where {{ in_slice('period', 'affected', 'scan_index') }}
),

imaged as (
    select
        event.*,
        coalesce(first_check.checked_second < event.at_second, false) as is_again,
        row_number() over (
            partition by event.unit_code, event.workflow, event.file_pid, event.document_pid, event.period
            order by event.at_second asc nulls last, event.image_count desc nulls last, event.file_sha256 asc nulls last
        ) as image_order
    from {{ ref('int_scan__event') }} as event
    left join {{ ref('int_scan__first_check') }} as first_check
        on
            event.file_pid = first_check.file_pid
            and event.document_pid = first_check.document_pid
            and event.workflow = first_check.workflow
            and event.period = first_check.period
    where event.act = 'S05' and {{ in_slice('event.period', 'affected', 'scan_index') }}
),

counted as (
    select
        'scan_file_recounted' as measure_code,
        unit_code,
        period,
        recounted_file_sha256 as file_sha256,
        1 as value,
        provenance_rank
    from recount
    union all
    select
        'scan_file_matched' as measure_code,
        unit_code,
        period,
        recounted_file_sha256 as file_sha256,
        case when is_matched then 1 else 0 end as value,
        provenance_rank
    from recount
    union all
    select
        'scan_file_matched' as measure_code,
        unit_code,
        period,
        counted_file_sha256 as file_sha256,
        0 as value,
        provenance_rank
    from recount
    where counted_file_sha256 is not null
    {%- for code, relation, value in [
        ('scan_register_file', 'register', 'file_count'),
        ('scan_register_file_complete', 'register', 'complete_count'),
        ('scan_destruction_due', 'campaign', '1'),
        ('scan_destruction_held', 'campaign', 'is_held'),
        ('scan_image_produced', 'imaged', 'coalesce(image_count, 0)'),
        ('scan_image_rescanned', 'imaged', 'case when is_again then coalesce(image_count, 0) else 0 end'),
        ('scan_file_imaged', 'imaged', 'case when image_order = 1 then 1 else 0 end'),
    ] %}
    union all
    select
        '{{ code }}' as measure_code,
        unit_code,
        period,
        file_sha256,
        {{ value }} as value,
        provenance_rank
    from {{ relation }}
    {%- endfor %}
),

final as (
    select
        measure_code,
        'scan_index' as source,
        unit_code,
        period,
        file_sha256,
        cast(sum(value) as bigint) as value,
        cast(count(*) as bigint) as rows_used,
        max(provenance_rank) as provenance_rank
    from counted
    group by measure_code, unit_code, period, file_sha256
)

select
    measure_code,
    source,
    unit_code,
    period,
    file_sha256,
    value,
    rows_used,
    provenance_rank
from final
