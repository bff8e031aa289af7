"""What the reports, the events and the printed figures of the small lake say."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

from small_lake import CENTRES, DESTINATION, LONE_DRIVERS, LONE_UNIT, MIS_UNITS, MONTHS, ORIGIN, Row, register, sha

from vocabulary.periods import Period

FIGURES = Path(__file__).parents[2] / "orchestration" / "generator" / "data" / "sso_published_figures.csv"


def mis_rows(month: Period, files: dict[str, Row]) -> list[Row]:
    """Return the insurance side's rows of a month: one file a general office."""
    n = MONTHS.index(month)
    rows = [row for unit in MIS_UNITS for row in unit_rows(unit, month, n, drivers=30 + n, office="GO-16")]
    rows += unit_rows(LONE_UNIT, month, n, drivers=30 + n + LONE_DRIVERS, office="GO-17")
    late = 21 if month.code == "1399-12" else 20
    register(files, "mis", "GO-16", month, prepared_on=month.end + dt.timedelta(days=10))
    register(files, "mis", "GO-17", month, prepared_on=month.end + dt.timedelta(days=late))
    return rows


def unit_rows(unit: str, month: Period, n: int, *, drivers: int, office: str) -> list[Row]:
    def row(measure: str, value: int, **codes: str) -> Row:
        empty = dict.fromkeys(("insurance_type", "sex", "age_group", "pension_kind", "payer_type"), "NA")
        file = {"_file_sha256": sha(f"mis/{office}/{month.code}")}
        place = {"unit_code": unit, "period": month.code, "report_code": "M01"}
        return {**empty, **file, **place, "measure": measure, "value": value, **codes}

    return [
        row("PRINCIPAL_INSURED", 100, insurance_type="COMPULSORY", sex="M", age_group="Y25T34"),
        row("PRINCIPAL_INSURED", 20, insurance_type="COMPULSORY", sex="F", age_group="Y25T34"),
        row("PRINCIPAL_INSURED", 10, insurance_type="UI_RECIPIENT", sex="M", age_group="Y25T34"),
        row("PRINCIPAL_INSURED", drivers, insurance_type="DRIVER", sex="M", age_group="Y35T44"),
        row("DEPENDENT_INSURED", 100, sex="M"),
        row("DEPENDENT_INSURED", 140, sex="F"),
        row("PRINCIPAL_PENSIONER", 30, pension_kind="RETIREMENT", sex="M"),
        row("PRINCIPAL_PENSIONER", 10, pension_kind="SURVIVORS", sex="F"),
        row("DEPENDENT_PENSIONER", 15, sex="F"),
        row("PENSION_CASE", 32, pension_kind="RETIREMENT"),
        row("NEW_PENSION", 2, pension_kind="RETIREMENT", sex="M"),
        row("NEW_PENSION", 1, pension_kind="LUMP_SUM_IMPAIRMENT", sex="M"),
        row("PENSION_FILE_PAID", 32, pension_kind="RETIREMENT"),
        row("PENSION_AMOUNT_REGULAR", 3200 + n, pension_kind="RETIREMENT"),
        row("CONTRIBUTION_ASSESSED", 1000, payer_type="PRIVATE_EMPLOYER"),
        row("CONTRIBUTION_RECEIVED", 800, payer_type="PRIVATE_EMPLOYER"),
        row("CONTRIBUTION_PAYER", 12, payer_type="PRIVATE_EMPLOYER"),
        row("CONTRIBUTION_ASSESSED", 500, payer_type="STATE"),
        row("CONTRIBUTION_RECEIVED", 5, payer_type="STATE"),
        row("OBLIGED_WORKSHOPS", 10),
    ]


def smis_rows(month: Period, files: dict[str, Row]) -> list[Row]:
    """Return the treatment side's rows of a month: one file without a date of preparation, synthetic."""

    def row(centre: str, measure: str, value: int, **codes: str) -> Row:
        return {
            "unit_code": centre,
            "period": month.code,
            "report_code": "S01",
            "patient_insurer": "NA",
            "treatment_kind": "NA",
            "measure": measure,
            "value": value,
            "provenance": "synthetic",
            "_file_sha256": sha(f"smis/TM-16/{month.code}"),
            **codes,
        }

    register(files, "smis", "TM-16", month, prepared_on=None)
    figures = [
        ("ACTIVE_BED", 50, {}),
        ("AVAILABLE_BED_DAY", 1500, {}),
        ("OCCUPIED_BED_DAY", 1200, {}),
        ("INPATIENT", 90, {"patient_insurer": "SSO"}),
        ("INPATIENT", 10, {"patient_insurer": "UNINSURED"}),
        ("SURGERY", 5, {"treatment_kind": "SURGERY_MAJOR"}),
        ("SURGERY", 6, {"treatment_kind": "SURGERY_MINOR"}),
        ("OUTPATIENT_CONTACT", 300, {"treatment_kind": "VISIT_GENERAL"}),
    ]
    return [row(centre, measure, value, **codes) for centre in CENTRES for measure, value, codes in figures]


def transfer_rows() -> list[Row]:
    """Return three transfers of 1399-10 (after 10 and 30 days, and open), one open of 1399-11, one cancelled.

    A sixth is referred in 1398-12 and again in 1399-10: it belongs to the first of its months only.
    """
    day = Period.parse("1399-10").start
    return [
        transfer_event("T6", "REFERRED", Period.parse("1398-12").start),
        {**transfer_event("T6", "REFERRED", day), "event_pid": b"T6-REFERRED-AGAIN"},
        transfer_event("T1", "REFERRED", day),
        transfer_event("T1", "ACTIVATED", day + dt.timedelta(days=10)),
        transfer_event("T2", "REFERRED", day),
        transfer_event("T2", "ACTIVATED", day + dt.timedelta(days=30)),
        transfer_event("T3", "REFERRED", day),
        transfer_event("T4", "REFERRED", day + dt.timedelta(days=35)),
        transfer_event("T5", "REFERRED", day + dt.timedelta(days=35)),
        transfer_event("T5", "CANCELLED", day + dt.timedelta(days=36)),
    ]


def transfer_event(transfer: str, event: str, day: dt.date) -> Row:
    """Return one event of a transfer from `ORIGIN` to `DESTINATION`."""
    month = Period.month_of(day).code
    return {
        "event_pid": f"{transfer}-{event}".encode(),
        "transfer_pid": transfer.encode(),
        "file_pid": transfer.encode().ljust(16),
        "person_pid": transfer.encode().rjust(16),
        "event_type": event,
        "event_date": day,
        "unit_code": ORIGIN,
        "origin_unit_code": ORIGIN,
        "destination_unit_code": DESTINATION,
        "operator_pid": b"operator".ljust(16),
        "role": "OTHER",
        "event_at": dt.datetime.combine(day, dt.time(8), dt.UTC),
        "period": month,
        "_key_version": 1,
        "_file_sha256": sha(f"pension_transfer/{month}"),
    }


def scan_rows() -> list[Row]:
    """Return two files counted again in 1399-12, one with as many leaves as before."""
    first, second = Period.parse("1399-11").start, Period.parse("1399-12").start
    return [
        scan_event("a", "S02", first, 50),
        scan_event("a", "S03", first, None),
        scan_event("a", "S09", second, 50),
        scan_event("b", "S02", first, 70),
        scan_event("b", "S03", second, None),
        scan_event("b", "S09", second, 69),
        {**scan_event("c", "S05", second, None), "workflow": "CORRESPONDENCE"},
    ]


def scan_event(file: str, step: str, day: dt.date, leaves: int | None) -> Row:
    """Return one step of imaging at `ORIGIN`."""
    return {
        "event_pid": f"{file}-{step}-{day}".encode(),
        "file_pid": file.encode().ljust(16),
        "workflow": "FILE",
        "step": step,
        "event_date": day,
        "unit_code": ORIGIN,
        "operator_pid": b"operator".ljust(16),
        "leaf_count": leaves,
        "event_at": dt.datetime.combine(day, dt.time(8), dt.UTC),
        "period": Period.month_of(day).code,
        "_key_version": 1,
        "_file_sha256": sha(f"scan_index/{Period.month_of(day).code}"),
    }


def document_rows() -> list[Row]:
    """Return two documents of one file, of 3 and 4 images."""
    day = Period.parse("1399-12").start
    return [
        {
            "document_pid": f"D{images}".encode(),
            "file_pid": b"a".ljust(16),
            "workflow": "FILE",
            "person_pid": b"p".ljust(16),
            "document_type": "OTHER",
            "document_group": "OTHER",
            "entry_date": day,
            "unit_code": ORIGIN,
            "image_count": images,
            "period": "1399-12",
            "_key_version": 1,
            "_file_sha256": sha("scan_index/documents/1399-12"),
        }
        for images in (3, 4)
    ]


def figure_rows() -> list[Row]:
    """Return the 250 printed figures, typed as silver types them."""
    with FIGURES.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [
        {
            **{name: value or None for name, value in row.items()},
            "fact_no": int(row["fact_no"]),
            "value": Decimal(row["value"]),
            "role": row["role"].upper(),
            "period": None,
            "period_certainty": "EXACT",
            "provenance": "published_elsewhere",
            "_file_sha256": sha("published_figures"),
        }
        for row in rows
    ]
