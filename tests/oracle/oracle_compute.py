"""The oracle: from a landing folder to every indicator, by a route of its own.

Polars over the rows as printed, the words of the definitions, nothing of the code under test; which rows are bad is
what the generator planted.
"""

from collections.abc import Mapping, Sequence
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


def counted(received: Mapping[str, pl.DataFrame], months: Sequence[str] = ()) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Count the facts of some files, and the durations of single records.

    Args:
        received: Rows of every object.
        months: Months in which units owe a report; by default those in which any unit reported.
    """
    mis = reports.valid_rows(received["mis_report"], reports.MIS_CODES)
    smis = reports.valid_rows(received["smis_report"], reports.SMIS_CODES)
    mis_facts = reports.mis_facts(mis)
    obliged = mis_facts.filter(fact="workshops_obliged").select("unit_code", "month", obliged="value")
    due = list(months) or sorted(set(mis["month"]) | set(smis["month"]))
    moved, rosters = received["pension_transfer_event"], received["pension_payroll_file"]
    counts = {
        "mis": mis_facts,
        "smis": reports.smis_facts(smis),
        "reporting": reporting.facts({"mis": mis, "smis": smis}, due),
        "pension_transfer": pl.concat([transfers.facts(moved), transfers.paid_twice(moved, rosters)]),
        "scan_index": scans.facts(received),
        "contribution_list": lists.facts(received["contribution_list"], received["contribution_list_worker"], obliged),
    }
    durations = {
        **{
            ("pension_transfer", name): transfers.durations(moved, *between)
            for name, between in transfers.STAGES.items()
        },
        ("mis", "award_days"): reports.award_days(received["mis_award"]),
    }
    facts = pl.concat(table.with_columns(source=pl.lit(source)) for source, table in counts.items())
    records = [
        table.with_columns(source=pl.lit(source), records=pl.lit(name)) for (source, name), table in durations.items()
    ]
    return facts, pl.concat(records)
