"""The statistical reports of both sides, MIS and SMIS: which rows count, and what each unit reports in a month."""

import oracle_words as words
import polars as pl

MIS_CODES = {
    "insurance_type": "CL_INSURANCE_TYPE",
    "sex": "CL_SEX",
    "pension_kind": "CL_PENSION_KIND",
    "payer_type": "CL_PAYER_TYPE",
    "benefit_kind": "CL_BENEFIT_KIND",
    "injury_outcome": "CL_INJURY_OUTCOME",
    "measure": "CL_MIS_MEASURE",
}
SMIS_CODES = {
    "patient_insurer": "CL_PATIENT_INSURER",
    "treatment_kind": "CL_TREATMENT_KIND",
    "measure": "CL_SMIS_MEASURE",
}


def valid_rows(received: pl.DataFrame, codes: dict[str, str]) -> pl.DataFrame:
    """Give the rows that count: neither bad nor repeated, and each report of a unit from its newest file only."""
    good = received.filter(pl.col("_state").is_null())
    read = good.with_columns(
        words.text(good["unit_code"]),
        words.text(good["report_code"]),
        words.month(good["period"]),
        words.number(good["value"]),
        *(words.code(good[name], codelist) for name, codelist in codes.items()),
    ).rename({"period": "month"})
    return newest(read, ["unit_code", "report_code", "month"])


def newest(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Keep of each key the rows of its newest file: the one prepared last; an undated file is older than all."""
    last = pl.col("_file").sort_by("_prepared", "_file", nulls_last=False).last()
    return rows.filter(pl.col("_file") == last.over(key))


def mis_facts(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up what units of the insurance side report: persons, cases, awards, files and rial."""
    kind, payer, benefit = pl.col("insurance_type"), pl.col("payer_type"), pl.col("benefit_kind")
    told = {
        "insured": ("PRINCIPAL_INSURED", True),
        "insured_without_recipients": ("PRINCIPAL_INSURED", kind != "UI_RECIPIENT"),
        "insured_compulsory": ("PRINCIPAL_INSURED", kind == "COMPULSORY"),
        "insured_exposed": ("PRINCIPAL_INSURED", ~kind.is_in(["VOLUNTARY", "SELF_EMPLOYED"])),
        "insured_women": ("PRINCIPAL_INSURED", pl.col("sex") == "F"),
        "unemployment_recipients": ("PRINCIPAL_INSURED", kind == "UI_RECIPIENT"),
        "dependants_of_insured": ("DEPENDENT_INSURED", True),
        "pensioners": ("PRINCIPAL_PENSIONER", True),
        "dependants_of_pensioners": ("DEPENDENT_PENSIONER", True),
        "pension_cases": ("PENSION_CASE", True),
        "pension_cases_full": ("FULL_SERVICE_CASE", True),
        "pension_cases_minimum": ("MINIMUM_PENSION_CASE", True),
        "pensions_awarded": ("NEW_PENSION", pl.col("pension_kind") != "LUMP_SUM_IMPAIRMENT"),
        "pension_files_paid": ("PENSION_FILE_PAID", True),
        "pension_rial": ("PENSION_AMOUNT_REGULAR", True),
        "assessed_rial": ("CONTRIBUTION_ASSESSED", payer != "STATE"),
        "assessed_of_employers_rial": ("CONTRIBUTION_ASSESSED", payer.is_in(["PRIVATE_EMPLOYER", "PUBLIC_EMPLOYER"])),
        "received_rial": ("CONTRIBUTION_RECEIVED", payer != "STATE"),
        "insurable_pay_rial": ("INSURABLE_PAY", True),
        "employer_debt_rial": ("EMPLOYER_DEBT", True),
        "short_term_rial": ("BENEFIT_AMOUNT", benefit != "UNEMPLOYMENT"),
        "unemployment_rial": ("BENEFIT_AMOUNT", benefit == "UNEMPLOYMENT"),
        "injuries": ("WORK_INJURY", True),
        "injuries_fatal": ("WORK_INJURY", pl.col("injury_outcome") == "FATAL"),
        "workshops_obliged": ("OBLIGED_WORKSHOPS", True),
    }
    return added(rows, told)


def smis_facts(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up what centres of the treatment side report: beds, bed-days, patients and contacts."""
    told = {
        "beds": ("ACTIVE_BED", True),
        "bed_days_available": ("AVAILABLE_BED_DAY", True),
        "bed_days_occupied": ("OCCUPIED_BED_DAY", True),
        "inpatients": ("INPATIENT", True),
        "inpatients_own": ("INPATIENT", pl.col("patient_insurer") == "SSO"),
        "outpatient_contacts": ("OUTPATIENT_CONTACT", True),
    }
    return added(rows, told)


def award_days(received: pl.DataFrame) -> pl.DataFrame:
    """Give the days from claim to order of each award order, lump sums apart, in the month of the order."""
    good = received.filter(pl.col("_state").is_null())
    read = good.with_columns(
        words.text(good["unit_code"]),
        words.code(good["pension_kind"], "CL_PENSION_KIND"),
        words.day(good["claim_date"]),
        words.day(good["order_date"]),
        month=words.month_of(words.day(good["order_date"])),
    ).filter(pl.col("pension_kind") != "LUMP_SUM_IMPAIRMENT")
    return read.select("unit_code", "month", days=(pl.col("order_date") - pl.col("claim_date")).dt.total_days())


def added(rows: pl.DataFrame, told: dict[str, tuple[str, pl.Expr | bool]]) -> pl.DataFrame:
    """Sum the values of some rows by unit and month, once for each fact: fact, unit_code, month, value.

    Args:
        rows: The rows that count.
        told: Fact → the measure it is of and the rows of it that count; a unit that reports the measure and no such row
            has none of them.
    """
    return pl.concat(
        rows.filter(measure=measure)
        .group_by("unit_code", "month")
        .agg(pl.when(which).then("value").otherwise(0).sum().alias("value"))
        .with_columns(fact=pl.lit(fact))
        for fact, (measure, which) in told.items()
    ).select("fact", "unit_code", "month", "value")
