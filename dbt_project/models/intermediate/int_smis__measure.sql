{% set breakdowns = ['patient_insurer', 'treatment_kind'] %}

with report as (
    select
        unit_code,
        period,
        file_sha256,
        measure,
        {{ breakdowns | join(',\n        ') }},
        value,
        {{ provenance_rank('provenance') }} as provenance_rank
    from {{ ref('stg_smis__report') }}
    where {{ in_slice('period', 'affected', 'smis') }}
),

combination as (
    select distinct
        measure,
        {{ breakdowns | join(',\n        ') }}
    from {{ ref('stg_smis__report') }}
    where {{ in_slice('period', 'affected', 'smis') }}
),

derived as (
    select * from {{ source('vocabulary', 'derived_measure') }}
    where source = 'smis' and reported_code is not null
),

allowed as (
    select * from {{ source('vocabulary', 'measure_filter') }}
),

{{ reported_measures('smis', breakdowns) }}
