{# Measures that the indicators divide, derived from the reports: code, the reported measure, the rows of it that count,
   and the measure that counts the contributors behind it. Names are those of vocabulary/indicators. #}

{% macro mis_measures() -%}
    {{ return([
        {'code': 'principal_insured', 'of': 'PRINCIPAL_INSURED', 'where': 'true',
         'contributors': 'principal_insured'},
        {'code': 'principal_insured_ex_ui', 'of': 'PRINCIPAL_INSURED', 'where': "insurance_type <> 'UI_RECIPIENT'",
         'contributors': 'principal_insured_ex_ui'},
        {'code': 'compulsory_insured', 'of': 'PRINCIPAL_INSURED', 'where': "insurance_type = 'COMPULSORY'",
         'contributors': 'compulsory_insured'},
        {'code': 'female_principal_insured', 'of': 'PRINCIPAL_INSURED', 'where': "sex = 'F'",
         'contributors': 'female_principal_insured'},
        {'code': 'dependent_insured', 'of': 'DEPENDENT_INSURED', 'where': 'true',
         'contributors': 'dependent_insured'},
        {'code': 'principal_pensioner', 'of': 'PRINCIPAL_PENSIONER', 'where': 'true',
         'contributors': 'principal_pensioner'},
        {'code': 'pension_case', 'of': 'PENSION_CASE', 'where': 'true',
         'contributors': 'pension_case'},
        {'code': 'new_pension', 'of': 'NEW_PENSION', 'where': "pension_kind <> 'LUMP_SUM_IMPAIRMENT'",
         'contributors': 'new_pension'},
        {'code': 'pension_file_paid', 'of': 'PENSION_FILE_PAID', 'where': 'true',
         'contributors': 'pension_file_paid'},
        {'code': 'pension_amount_regular', 'of': 'PENSION_AMOUNT_REGULAR', 'where': 'true',
         'contributors': 'pension_file_paid'},
        {'code': 'contribution_payer', 'of': 'CONTRIBUTION_PAYER', 'where': "payer_type <> 'STATE'",
         'contributors': 'contribution_payer'},
        {'code': 'contribution_assessed', 'of': 'CONTRIBUTION_ASSESSED', 'where': "payer_type <> 'STATE'",
         'contributors': 'contribution_payer'},
        {'code': 'contribution_received', 'of': 'CONTRIBUTION_RECEIVED', 'where': "payer_type <> 'STATE'",
         'contributors': 'contribution_payer'},
        {'code': 'workshop_obliged', 'of': 'OBLIGED_WORKSHOPS', 'where': 'true',
         'contributors': 'workshop_obliged'},
    ]) }}
{%- endmacro %}

{% macro smis_measures() -%}
    {{ return([
        {'code': 'inpatient', 'of': 'INPATIENT', 'where': 'true', 'contributors': 'inpatient'},
        {'code': 'available_bed_day', 'of': 'AVAILABLE_BED_DAY', 'where': 'true', 'contributors': 'inpatient'},
        {'code': 'occupied_bed_day', 'of': 'OCCUPIED_BED_DAY', 'where': 'true', 'contributors': 'inpatient'},
    ]) }}
{%- endmacro %}

{# Measures counted record by record or from the registry. #}
{% macro counted_measures() -%}
    {{ return([
        {'code': 'unit_reported', 'contributors': 'unit_obliged'},
        {'code': 'unit_obliged', 'contributors': 'unit_obliged'},
        {'code': 'transfer_file_referred', 'contributors': 'transfer_file_referred'},
        {'code': 'transfer_file_activated', 'contributors': 'transfer_file_activated'},
        {'code': 'scan_file_recounted', 'contributors': 'scan_file_recounted'},
        {'code': 'scan_file_matched', 'contributors': 'scan_file_matched'},
        {'code': 'list_workshop_obliged', 'contributors': 'list_workshop_obliged'},
        {'code': 'list_row_received', 'contributors': 'list_row_received'},
        {'code': 'list_row_failed', 'contributors': 'list_row_received'},
    ]) }}
{%- endmacro %}

{# Measures of contribution lists: code, the column of `int_list__by_unit` that holds it, whether it only counts for units
   whose obliged workshops are known, the rows of a file that it was counted from (a column of `int_list__by_file`), and
   the measure that counts the contributors behind it. #}
{% macro list_measures() -%}
    {{ return([
        {'code': 'list_workshop_received', 'of': 'workshops_received', 'needs_obliged': true, 'rows': 'lists',
         'contributors': 'list_workshop_received'},
        {'code': 'list_workshop_dated', 'of': 'workshops_dated', 'needs_obliged': true, 'rows': 'lists',
         'contributors': 'list_workshop_dated'},
        {'code': 'list_workshop_on_time', 'of': 'workshops_on_time', 'needs_obliged': true, 'rows': 'lists',
         'contributors': 'list_workshop_on_time'},
        {'code': 'list_due', 'of': 'lists_due', 'needs_obliged': true, 'rows': 'lists',
         'contributors': 'list_workshop_dated'},
        {'code': 'list_on_time', 'of': 'lists_on_time', 'needs_obliged': true, 'rows': 'lists',
         'contributors': 'list_workshop_on_time'},
        {'code': 'list_insured_day', 'of': 'insured_days', 'needs_obliged': false, 'rows': 'workers',
         'contributors': 'list_workshop_paid'},
        {'code': 'list_insurable_pay', 'of': 'insurable_pay', 'needs_obliged': false, 'rows': 'workers',
         'contributors': 'list_workshop_paid'},
        {'code': 'list_possible_day', 'of': 'possible_days', 'needs_obliged': false, 'rows': 'workers',
         'contributors': 'list_workshop_paid'},
        {'code': 'list_workshop_paid', 'of': 'workshops_paid', 'needs_obliged': false, 'rows': 'workers',
         'contributors': 'list_workshop_paid'},
    ]) }}
{%- endmacro %}

{# Two columns a measure: `<code>` (null where the form carries no such figure, so that nothing reported and zero
   stay apart) and `<code>_rows` (rows it was added up from). #}
{% macro measure_columns(measures) -%}
    {%- for measure in measures %}
        {%- set reported = "measure = '" ~ measure.of ~ "'" %}
        {%- set counted = reported if measure.where == 'true' else reported ~ ' and ' ~ measure.where %}
        case
            when count(*) filter (where {{ reported }}) > 0
                then coalesce(cast(sum(value) filter (where {{ counted }}) as bigint), 0)
        end as {{ measure.code }},
        count(*) filter (where {{ counted }}) as {{ measure.code }}_rows,
    {%- endfor %}
{%- endmacro %}

{# The columns of `measure_columns` as rows again: one a measure that was reported. #}
{% macro measure_rows(relation, source, measures) -%}
    {%- for measure in measures %}
    select
        '{{ measure.code }}' as measure_code,
        '{{ source }}' as source,
        unit_code,
        period,
        file_sha256,
        {{ measure.code }} as value,
        {{ measure.code }}_rows as rows_used,
        provenance_rank
    from {{ relation }}
    where {{ measure.code }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
