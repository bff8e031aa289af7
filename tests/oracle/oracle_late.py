"""Files that senders send later: a report corrected, a unit's reports after the cut-off, a list corrected.

Made from files that are in the landing folder, by editing their cells; named as a second file of a month is named. The
oracle reads them like any other.
"""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
from oracle_files import Sheet, read_sheet
from oracle_words import fold, shifted

Cells = Mapping[str, str]


def send_late_files(landing: Path, planted: pl.DataFrame) -> None:
    """Correct a report and a list of the last month, and replace all that a unit reported by what comes too late."""
    bad = {(name, row) for name, row in planted.select("file_name", "row_number").iter_rows()}
    month = max(path.stem.rpartition("_")[2] for path in (landing / "mis").glob("*.csv"))
    first, second = sorted((landing / "mis").glob(f"mis_GO-*_{month}.csv"))[:2]
    unit = _some(first, "unit_code")
    _send(first, "_2", bad, lambda row: _is(row, unit_code=unit, report_code="M01"), _doubled)
    unit = _some(second, "unit_code")
    _send(second, "_2", bad, lambda row: _is(row, unit_code=unit), dict)
    month = max(path.stem.split("_")[-2] for path in (landing / "contribution_list").glob("*_lists.csv"))
    for lists in sorted((landing / "contribution_list").glob(f"*_{month}_lists.csv"))[:2]:
        number = {name: _some(lists, name) for name in ("workshop_code", "list_no")}
        _send(lists, "_2", bad, lambda row, number=number: _is(row, **number), _refiled)
        workers = lists.with_name(lists.name.replace("_lists", "_workers"))
        _send(workers, "_2", bad, lambda row, number=number: _is(row, **number), dict)


def _sheet(path: Path) -> Sheet:
    return read_sheet(path.parent.name, path.name, path.read_bytes())


def _rows(sheet: Sheet) -> dict[int, dict[str, str]]:
    numbers = (number for number in range(1, len(sheet.records) + 1) if sheet.is_data(number))
    return {n: {c: v for c, v in zip(sheet.columns, sheet.records[n - 1], strict=False) if c} for n in numbers}


def _some(path: Path, column: str) -> str:
    """Give what the middle record of a file holds in a column."""
    rows = list(_rows(_sheet(path)).values())
    return fold(rows[len(rows) // 2][column])


def _is(row: Cells, **wanted: str) -> bool:
    return all(fold(row.get(name, "")) == value for name, value in wanted.items())


def _doubled(row: Cells) -> dict[str, str]:
    digits = fold(row["value"]).replace(",", "").replace("٬", "")
    return {**row, "value": str(2 * int(digits))}


def _refiled(row: Cells) -> dict[str, str]:
    return {**row, "filed_on": "1400/08/01"}


def _send(
    path: Path,
    suffix: str,
    bad: set[tuple[str, int]],
    chosen: Callable[[Cells], bool],
    edited: Callable[[Cells], dict[str, str]],
) -> None:
    """Write the chosen good rows of a file again, edited, as a file prepared two months after the month's end."""
    sheet = _sheet(path)
    month = next(part for part in path.stem.split("_") if len(part) == 6 and part.isdigit() and part > "13")
    due = shifted(f"{month[:4]}-{month[4:]}", 2).replace("-", "/")
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerows([["PROVENANCE=synthetic"], [f"تاریخ تهیه: {due}/20"], sheet.records[sheet.head]])
    for number, row in _rows(sheet).items():
        if (path.name, number) not in bad and chosen(row):
            new = edited(row)
            cells = zip(sheet.columns, sheet.records[number - 1], strict=False)
            writer.writerow([new[column] if column else cell for column, cell in cells])
    path.with_name(f"{path.stem}{suffix}.csv").write_text(stream.getvalue(), encoding="utf-8", newline="")
