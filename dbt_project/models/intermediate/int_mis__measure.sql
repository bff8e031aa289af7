{% set breakdowns = [
    'insurance_type', 'sex', 'age_group', 'pension_kind', 'payer_type', 'benefit_kind', 'injury_outcome'
] %}

with report as (
    select
        unit_code,
        period,
        file_sha256,
        measure,
        {{ breakdowns | join(',\n        ') }},
        value,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_mis__report') }}
    where {{ in_slice('period', 'affected', 'mis') }}
),

combination as (
    select distinct
        measure,
        {{ breakdowns | join(',\n        ') }}
    from {{ ref('stg_mis__report') }}
    where {{ in_slice('period', 'affected', 'mis') }}
),

derived as (
    select * from {{ source('vocabulary', 'derived_measure') }}
    where source = 'mis' and reported_code is not null
),

allowed as (
    select * from {{ source('vocabulary', 'measure_filter') }}
),

{{ reported_measures('mis', breakdowns) }}
