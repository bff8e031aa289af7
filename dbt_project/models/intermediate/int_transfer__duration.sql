with transfer as (
    select * from {{ ref('int_transfer__cohort') }}
    where not is_cancelled
),

-- the first event of each stage; a file that has not come to a stage has no record of it
stage as (
    select
        transfer_pid,
        min(case when event_type = 'SENT_TO_CENTRE' then event_date end) as sent_on,
        min(case when event_type = 'RECEIVED_FROM_CENTRE' then event_date end) as received_on,
        min(case when event_type = 'COMPARED' then event_date end) as compared_on
    from {{ ref('int_transfer__event') }}
    group by transfer_pid
),

staged as (
    select
        transfer.*,
        stage.sent_on,
        stage.received_on,
        stage.compared_on
    from transfer
    left join stage on transfer.transfer_pid = stage.transfer_pid
),

-- a file still open has no days yet
final as (
    {%- for measure, since, until in [
        ('transfer_days_to_sent', 'referred_on', 'sent_on'),
        ('transfer_days_to_received', 'sent_on', 'received_on'),
        ('transfer_days_to_compared', 'received_on', 'compared_on'),
        ('transfer_days_to_activated', 'compared_on', 'activated_on')
    ] %}
    select
        '{{ measure }}' as measure_code,
        'pension_transfer' as source,
        transfer_pid as record_pid,
        unit_code,
        period,
        case when {{ until }} >= {{ since }} then {{ days_between(since, until) }} end as days,
        coalesce({{ until }} >= {{ since }}, false) as is_closed,
        provenance_rank,
        referred_file_sha256 as file_sha256,
        {{ null_text() }} as closing_file_sha256
    from staged
    where {{ since }} is not null
    union all
    {%- endfor %}
    select
        'transfer_days_median' as measure_code,
        'pension_transfer' as source,
        transfer_pid as record_pid,
        unit_code,
        period,
        days_to_activation as days,
        is_activated as is_closed,
        provenance_rank,
        referred_file_sha256 as file_sha256,
        activated_file_sha256 as closing_file_sha256
    from transfer
)

select
    measure_code,
    source,
    record_pid,
    unit_code,
    period,
    cast(days as integer) as days,
    is_closed,
    provenance_rank,
    file_sha256,
    closing_file_sha256
from final
