"""The oracle: from a landing folder to every indicator, by a route of its own.

Polars over the rows as printed, the words of the definitions, nothing of the code under test; which rows are bad is
what the generator planted.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import oracle_indicators as indicators
import oracle_lists as lists
import oracle_reporting as reporting
import oracle_reports as reports
import oracle_scans as scans
import oracle_transfers as transfers
import polars as pl
from oracle_files import read_landing


def compute(landing: Path, planted: pl.DataFrame) -> pl.DataFrame:
    """Compute every indicator from the files of a landing folder and the list of bad rows in them."""
    return indicators.compute(*counted(read_landing(landing, planted)))


SOURCES = ("mis", "smis", "reporting", "pension_transfer", "scan_index", "contribution_list")


def counted(
    received: Mapping[str, pl.DataFrame], months: Sequence[str] = (), sources: Collection[str] = SOURCES
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Count the facts of some files, and the durations of single records.

    Args:
        received: Rows of every object.
        months: Months in which units owe a report; by default those in which any unit reported.
        sources: Sources whose facts are counted; all by default.
    """
    none = {name: table.clear() for name, table in received.items()}
    by_reports, by_lists = {"mis", "smis", "reporting"} & {*sources}, "contribution_list" in sources
    held = received if by_reports or by_lists else none
    mis = reports.valid_rows(held["mis_report"], reports.MIS_CODES)
    smis = reports.valid_rows(held["smis_report"], reports.SMIS_CODES)
    mis_facts = reports.mis_facts(mis)
    counts: dict[str, pl.DataFrame] = {}
    if by_reports:
        due = list(months) or sorted(set(mis["month"]) | set(smis["month"]))
        counts |= {"mis": mis_facts, "smis": reports.smis_facts(smis)}
        counts["reporting"] = reporting.facts({"mis": mis, "smis": smis}, due)
    if by_lists:
        obliged = mis_facts.filter(fact="workshops_obliged").select("unit_code", "month", obliged="value")
        rows = (received[name] for name in ("contribution_list", "contribution_list_worker"))
        counts["contribution_list"] = lists.facts(*rows, obliged)
    moved = received["pension_transfer_event"]
    durations = {("mis", "award_days"): reports.award_days(received["mis_award"])}
    if "pension_transfer" in sources:
        twice = transfers.paid_twice(moved, received["pension_payroll_file"])
        counts["pension_transfer"] = pl.concat([transfers.facts(moved), twice])
        for name, between in transfers.STAGES.items():
            durations["pension_transfer", name] = transfers.durations(moved, *between)
    if "scan_index" in sources:
        counts["scan_index"] = scans.facts(received)
    facts = pl.concat(table.with_columns(source=pl.lit(source)) for source, table in counts.items())
    records = [
        table.with_columns(source=pl.lit(source), records=pl.lit(name)) for (source, name), table in durations.items()
    ]
    return facts, pl.concat(records)
