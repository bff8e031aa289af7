with event as (
    select
        event_id,
        transfer_id,
        file_pid,
        event_type,
        event_date,
        {{ seconds_between("cast('2000-01-01' as timestamp)", 'cast(event_at as timestamp)') }} as at_second,
        unit_code,
        origin_unit_code,
        destination_unit_code,
        operator_pid,
        role,
        compare_result,
        enrolment_mode,
        dependant_count,
        period,
        file_sha256,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_pension_transfer__event') }}
    where {{ is_file_in_slice('file_pid') }}
),

-- an event that was sent again under another number is one event
numbered as (
    select
        *,
        row_number() over (
            partition by
                transfer_id,
                event_type,
                unit_code,
                at_second,
                operator_pid,
                role,
                compare_result,
                enrolment_mode,
                dependant_count
            order by event_id asc nulls last
        ) as repeat_number
    from event
),

addressed as (
    select
        *,
        sum(case when event_type = 'RETURNED' then 1 else 0 end) over (
            partition by transfer_id order by at_second asc nulls last
            range between unbounded preceding and 1 preceding
        ) as rounds_before,
        first_value(destination_unit_code) over (
            partition by transfer_id
            order by
                case when event_type in ('REFERRED', 'FORM_SAVED', 'SENT_TO_CENTRE') then 0 else 1 end asc nulls last,
                at_second asc nulls last,
                event_id asc nulls last
            rows between unbounded preceding and unbounded following
        ) as addressed_unit_code
    from numbered
    where repeat_number = 1
),

skew as (
    select
        limit_value,
        valid_from,
        valid_to
    from {{ source('vocabulary', 'conformance_limit') }}
    where limit_code = 'XFER_CLOCK_SKEW'
),

final as (
    select
        addressed.*,
        coalesce(skew.limit_value, 0) as skew_seconds,
        1 + coalesce(addressed.rounds_before, 0) as round_number
    from addressed
    left join skew
        on
            addressed.event_date >= skew.valid_from
            and (skew.valid_to is null or addressed.event_date <= skew.valid_to)
)

select
    event_id,
    transfer_id,
    file_pid,
    event_type,
    event_date,
    at_second,
    skew_seconds,
    unit_code,
    origin_unit_code,
    addressed_unit_code,
    operator_pid,
    role,
    compare_result,
    enrolment_mode,
    dependant_count,
    cast(round_number as integer) as round_number,
    period,
    file_sha256,
    provenance_rank
from final
