"""Cells of the published cubes, counted from rows of files by a route of its own; what it does not count is named."""

from collections.abc import Callable, Mapping

import oracle_lists as lists
import oracle_reports as reports
import oracle_scans as scans
import oracle_transfers as transfers
import oracle_words as words
import polars as pl
from oracle_registry import areas

Received = Mapping[str, pl.DataFrame]
Codes = Mapping[str, str]
"""Dimension → code."""

_TOTALS = ("TOTAL", "NA")
_OF_LISTS = {
    "WORKSHOPS_OBLIGED": "workshops_to_hear",
    "WORKSHOPS_RECEIVED": "workshops_heard",
    "LISTS_DUE": "lists_due",
    "LISTS_ON_TIME": "lists_in_time",
    "INSURED_DAYS": "days_insured",
    "POSSIBLE_DAYS": "days_possible",
    "INSURABLE_PAY": "insurable_rial",
    "ROWS_RECEIVED": "list_rows",
    "ROWS_FAILED": "list_rows_wrong",
}


def is_counted(dataset: str, codes: Codes) -> bool:
    """Tell whether a cell is counted here: not ages, nor lists by rule, persons and the like."""
    if dataset == "LISTS":
        return codes["MEASURE"] in _OF_LISTS and codes["RULE"] in _TOTALS
    if dataset == "SCANNING":
        return codes["MEASURE"] in ("EVENTS", "FILES_RECOUNTED", "FILES_MATCHED")
    return codes.get("AGE_GROUP", "TOTAL") in _TOTALS


def cell(received: Received, dataset: str, codes: Codes, month: str) -> int | None:
    """Count one cell of a cube from the rows of some files; none where no row tells of it."""
    rows = _COUNTS[dataset](received, codes).filter(month=month)
    placed = rows.join(areas().filter(area=codes["GEO"]), on="unit_code")
    return None if placed.is_empty() else int(placed["value"].sum())


def _insured(received: Received, codes: Codes) -> pl.DataFrame:
    rows = reports.valid_rows(received["mis_report"], reports.MIS_CODES).filter(measure=codes["MEASURE"])
    classes = pl.read_csv(words.VOCABULARY / "codelists" / "CL_INSURANCE_TYPE.csv", infer_schema=False)
    parents = dict(classes.select("code", "parent").iter_rows())
    told = rows.with_columns(insurance_class=pl.col("insurance_type").replace(parents))
    return _kept(told, codes, ("INSURANCE_CLASS", "INSURANCE_TYPE", "SEX"))


def _pensioners(received: Received, codes: Codes) -> pl.DataFrame:
    rows = reports.valid_rows(received["mis_report"], reports.MIS_CODES).filter(measure=codes["MEASURE"])
    if codes["PENSION_KIND"] in _TOTALS:
        is_sum = (pl.col("pension_kind") == "LUMP_SUM_IMPAIRMENT").fill_null(value=False)
        rows = rows.with_columns(pl.when(is_sum).then(0).otherwise("value").alias("value"))
    return _kept(rows, codes, ("PENSION_KIND", "SEX"))


def _treatment(received: Received, codes: Codes) -> pl.DataFrame:
    rows = reports.valid_rows(received["smis_report"], reports.SMIS_CODES).filter(measure=codes["MEASURE"])
    return _kept(rows, codes, ("PATIENT_INSURER", "TREATMENT_KIND"))


def _transfers(received: Received, codes: Codes) -> pl.DataFrame:
    moved = received["pension_transfer_event"]
    if codes["MEASURE"] != "EVENTS":
        is_done = pl.col("activated").is_not_null()
        counted = {"FILES_REFERRED": pl.lit(value=True), "FILES_ACTIVATED": is_done, "FILES_OPEN": ~is_done}
        return transfers.cohort(moved).with_columns(value=counted[codes["MEASURE"]].cast(pl.Int64))
    good = moved.filter(pl.col("_state").is_null())
    read = good.select(
        words.code(good["event_type"], "CL_TRANSFER_EVENT"),
        words.text(good["origin_unit_code"]).alias("unit_code"),
        month=words.month_of(words.day(good["event_date"])),
        value=pl.lit(1),
    )
    return _kept(read, codes, ("EVENT_TYPE",))


def _scanning(received: Received, codes: Codes) -> pl.DataFrame:
    events = received["scan_step_event"]
    if codes["MEASURE"] != "EVENTS":
        fact = {"FILES_RECOUNTED": "files_recounted", "FILES_MATCHED": "files_agreeing"}[codes["MEASURE"]]
        return scans.leaves(events).filter(fact=fact)
    good = events.filter(pl.col("_state").is_null())
    read = good.select(
        words.code(good["workflow"], "CL_SCAN_WORKFLOW"),
        words.code(good["step"], "CL_SCAN_STEP"),
        words.text(good["unit_code"]),
        month=words.month_of(words.day(good["event_date"])),
        value=pl.lit(1),
    )
    return _kept(read, codes, ("WORKFLOW", "STEP"))


def _lists(received: Received, codes: Codes) -> pl.DataFrame:
    mis = reports.mis_facts(reports.valid_rows(received["mis_report"], reports.MIS_CODES))
    obliged = mis.filter(fact="workshops_obliged").select("unit_code", "month", obliged="value")
    facts = lists.facts(received["contribution_list"], received["contribution_list_worker"], obliged)
    return facts.filter(fact=_OF_LISTS[codes["MEASURE"]])


def _kept(rows: pl.DataFrame, codes: Codes, dimensions: tuple[str, ...]) -> pl.DataFrame:
    """Keep the rows of a breakdown; a total and what a measure lacks keep all."""
    for name in dimensions:
        if codes[name] not in _TOTALS:
            rows = rows.filter(pl.col(name.lower()) == codes[name])
    return rows


_COUNTS: dict[str, Callable[[Received, Codes], pl.DataFrame]] = {
    "INSURED": _insured,
    "PENSIONERS": _pensioners,
    "TREATMENT": _treatment,
    "TRANSFERS": _transfers,
    "SCANNING": _scanning,
    "LISTS": _lists,
}
