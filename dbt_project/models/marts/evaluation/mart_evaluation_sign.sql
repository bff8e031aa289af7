{{ config(slice_by=['period', 'main_source'], slice_scope='affected') }}

with final as (
    select
        rule_code,
        unit_code,
        {{ null_text() }} as indicator_code,
        period,
        'scan_index' as main_source,
        cases,
        value,
        reference,
        provenance_rank
    from {{ ref('int_evaluation__scan_sign') }}
    union all
    select
        rule_code,
        unit_code,
        indicator_code,
        period,
        main_source,
        cases,
        value,
        reference,
        provenance_rank
    from {{ ref('int_evaluation__figure_sign') }}
)

select
    rule_code,
    unit_code,
    indicator_code,
    period,
    main_source,
    cases,
    value,
    reference,
    {{ provenance_text('provenance_rank') }} as provenance
from final
