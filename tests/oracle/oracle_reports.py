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
    insured, pays = pl.col("measure") == "PRINCIPAL_INSURED", pl.col("payer_type") != "STATE"
    benefit, injury = pl.col("measure") == "BENEFIT_AMOUNT", pl.col("measure") == "WORK_INJURY"
    by_employer = pl.col("payer_type").is_in(["PRIVATE_EMPLOYER", "PUBLIC_EMPLOYER"])
    told = {
        "insured": insured,
        "insured_without_recipients": insured & (pl.col("insurance_type") != "UI_RECIPIENT"),
        "insured_compulsory": insured & (pl.col("insurance_type") == "COMPULSORY"),
        "insured_exposed": insured & ~pl.col("insurance_type").is_in(["VOLUNTARY", "SELF_EMPLOYED"]),
        "unemployment_recipients": insured & (pl.col("insurance_type") == "UI_RECIPIENT"),
        "insured_women": insured & (pl.col("sex") == "F"),
        "dependants_of_insured": pl.col("measure") == "DEPENDENT_INSURED",
        "pensioners": pl.col("measure") == "PRINCIPAL_PENSIONER",
        "dependants_of_pensioners": pl.col("measure") == "DEPENDENT_PENSIONER",
        "pension_cases": pl.col("measure") == "PENSION_CASE",
        "pension_cases_full": pl.col("measure") == "FULL_SERVICE_CASE",
        "pension_cases_minimum": pl.col("measure") == "MINIMUM_PENSION_CASE",
        "pensions_awarded": (pl.col("measure") == "NEW_PENSION") & (pl.col("pension_kind") != "LUMP_SUM_IMPAIRMENT"),
        "pension_files_paid": pl.col("measure") == "PENSION_FILE_PAID",
        "pension_rial": pl.col("measure") == "PENSION_AMOUNT_REGULAR",
        "assessed_rial": (pl.col("measure") == "CONTRIBUTION_ASSESSED") & pays,
        "received_rial": (pl.col("measure") == "CONTRIBUTION_RECEIVED") & pays,
        "assessed_of_employers_rial": (pl.col("measure") == "CONTRIBUTION_ASSESSED") & by_employer,
        "insurable_pay_rial": pl.col("measure") == "INSURABLE_PAY",
        "employer_debt_rial": pl.col("measure") == "EMPLOYER_DEBT",
        "short_term_rial": benefit & (pl.col("benefit_kind") != "UNEMPLOYMENT"),
        "unemployment_rial": benefit & (pl.col("benefit_kind") == "UNEMPLOYMENT"),
        "injuries": injury,
        "injuries_fatal": injury & (pl.col("injury_outcome") == "FATAL"),
        "workshops_obliged": pl.col("measure") == "OBLIGED_WORKSHOPS",
    }
    return added(rows, told)


def smis_facts(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up what centres of the treatment side report: beds, bed-days, patients and contacts."""
    told = {
        "beds": pl.col("measure") == "ACTIVE_BED",
        "inpatients": pl.col("measure") == "INPATIENT",
        "inpatients_own": (pl.col("measure") == "INPATIENT") & (pl.col("patient_insurer") == "SSO"),
        "outpatient_contacts": pl.col("measure") == "OUTPATIENT_CONTACT",
        "bed_days_available": pl.col("measure") == "AVAILABLE_BED_DAY",
        "bed_days_occupied": pl.col("measure") == "OCCUPIED_BED_DAY",
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


def added(rows: pl.DataFrame, told: dict[str, pl.Expr]) -> pl.DataFrame:
    """Sum the values of some rows by unit and month, once for each fact: fact, unit_code, month, value."""
    return pl.concat(
        rows.filter(which).group_by("unit_code", "month").agg(pl.col("value").sum()).with_columns(fact=pl.lit(fact))
        for fact, which in told.items()
    ).select("fact", "unit_code", "month", "value")
