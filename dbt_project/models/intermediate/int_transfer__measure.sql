with transfer as (
    select * from {{ ref('int_transfer__cohort') }}
    where not is_cancelled
),

-- the first comparison of each transfer, however many rounds follow
compared as (
    select
        origin_unit_code as unit_code,
        period,
        file_sha256,
        compare_result,
        provenance_rank,
        row_number() over (
            partition by transfer_pid order by {{ in_log_order() }}
        ) as comparison
    from {{ ref('int_transfer__event') }}
    where event_type = 'COMPARED'
),

-- file-months of rosters, by the origin of the file's last transfer
paid as (
    select
        case_of.origin_unit_code as unit_code,
        judged.period,
        judged.file_sha256,
        judged.outcome,
        judged.provenance_rank
    from {{ ref('int_transfer__judged') }} as judged
    inner join {{ ref('int_transfer__case') }} as case_of on judged.transfer_pid = case_of.transfer_pid
    where judged.rule_code = 'PAID_BY_TWO' and judged.outcome in ('FINDING', 'KEPT')
),

counted as (
    select
        'transfer_file_month_paid' as measure_code,
        unit_code,
        period,
        file_sha256,
        1 as value,
        1 as rows_used,
        provenance_rank
    from paid
    union all
    select
        'transfer_file_month_twice' as measure_code,
        unit_code,
        period,
        file_sha256,
        case when outcome = 'FINDING' then 1 else 0 end as value,
        1 as rows_used,
        provenance_rank
    from paid
    union all
    select
        'transfer_compared' as measure_code,
        unit_code,
        period,
        file_sha256,
        1 as value,
        1 as rows_used,
        provenance_rank
    from compared
    where comparison = 1 and {{ in_slice('period', 'affected', 'pension_transfer') }}
    union all
    select
        'transfer_compared_mismatch' as measure_code,
        unit_code,
        period,
        file_sha256,
        case when compare_result = 'MISMATCH' then 1 else 0 end as value,
        1 as rows_used,
        provenance_rank
    from compared
    where comparison = 1 and {{ in_slice('period', 'affected', 'pension_transfer') }}
    union all
    select
        'transfer_file_referred' as measure_code,
        unit_code,
        period,
        referred_file_sha256 as file_sha256,
        1 as value,
        1 as rows_used,
        provenance_rank
    from transfer
    union all
    select
        'transfer_file_activated' as measure_code,
        unit_code,
        period,
        activated_file_sha256 as file_sha256,
        case when is_activated then 1 else 0 end as value,
        case when is_activated then 1 else 0 end as rows_used,
        provenance_rank
    from transfer
),

final as (
    select
        measure_code,
        'pension_transfer' as source,
        unit_code,
        period,
        file_sha256,
        cast(sum(value) as bigint) as value,
        cast(sum(rows_used) as bigint) as rows_used,
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
