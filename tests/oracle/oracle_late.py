"""Files that senders send later: a report corrected, a unit's reports after the cut-off, a list corrected.

Lists come again with a worker of another workshop. A transfer is activated again, and a file is counted again before
it is imaged: which of two events counts then shows. Made from files that are in the landing folder, by editing their
cells; named as a second file of a month is named. The oracle reads them like any other.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import polars as pl
from oracle_files import Sheet, read_sheet
from oracle_words import fold, read_day, shifted, words_of

Cells = Mapping[str, str]
OFFICE = "GO-01"
"""Whose events come again."""


def send_late_files(landing: Path, planted: pl.DataFrame) -> None:
    """Correct a report and lists of the last month, replace what a unit reported by what is too late, repeat events."""
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
        _send(workers, "_2", bad, lambda row, number=number: _is(row, **number), _lent(workers, bad, number))
    _activate_again(landing, bad)
    _count_again(landing, bad)


def _activate_again(landing: Path, bad: set[tuple[str, int]]) -> None:
    """Activate a transfer a second time, on a later day of the same month."""
    events = _good_rows(landing.glob(f"pension_transfer/*_{OFFICE}_*.csv"), bad)
    referred = {fold(row["transfer_id"]) for _, row in events if _is_code(row, "event_type", "REFERRED")}
    path, chosen = next(
        (path, row)
        for path, row in events
        if _is_code(row, "event_type", "ACTIVATED")
        and fold(row["transfer_id"]) in referred
        and _with_day(row["event_date"], 29) > _with_day(row["event_date"], None)
    )
    event = fold(chosen["event_id"])
    again = {"event_id": f"{event}9", "event_date": _with_day(chosen["event_date"], 29)}
    _send(path, "_2", bad, lambda row: _is(row, event_id=event), lambda row: {**row, **again})


def _count_again(landing: Path, bad: set[tuple[str, int]]) -> None:
    """Count a file at step 2 a second time on the same day, a leaf more; it is counted at step 9 on a later day."""
    events = _good_rows(landing.glob(f"scan_index/*_{OFFICE}_*_events.csv"), bad)
    files = [(path, row) for path, row in events if _is_code(row, "workflow", "FILE", "CL_SCAN_WORKFLOW")]
    imaged = {
        (fold(row["unit_code"]), fold(row["file_no"])): read_day(row["event_date"])
        for _, row in reversed(files)
        if _is_code(row, "step", "S09", "CL_SCAN_STEP")
    }
    path, chosen = next(
        (path, row)
        for path, row in files
        if _is_code(row, "step", "S02", "CL_SCAN_STEP")
        and (until := imaged.get((fold(row["unit_code"]), fold(row["file_no"]))))
        and until > read_day(row["event_date"])
    )
    event = fold(chosen["event_id"])
    again = {"event_id": f"{event}9", "event_time": "23:58", "leaf_count": str(int(fold(chosen["leaf_count"])) + 1)}
    _send(path, "_2", bad, lambda row: _is(row, event_id=event), lambda row: {**row, **again})


def _good_rows(paths: Iterable[Path], bad: set[tuple[str, int]]) -> list[tuple[Path, dict[str, str]]]:
    return [
        (path, row)
        for path in sorted(paths)
        for number, row in _rows(_sheet(path)).items()
        if (path.name, number) not in bad
    ]


def _is_code(row: Cells, name: str, code: str, codelist: str = "CL_TRANSFER_EVENT") -> bool:
    return words_of(codelist).get(fold(row[name])) == code


def _with_day(printed: str, number: int | None) -> str:
    """Write a Jalali date with separators another way, with another day of the month if one is given."""
    year, month, day = fold(printed).replace("/", "-").replace(".", "-").split("-")
    return f"{year}/{int(month):02d}/{int(day) if number is None else number:02d}"


def _lent(path: Path, bad: set[tuple[str, int]], number: Cells) -> Callable[[Cells], dict[str, str]]:
    """Give what makes the first worker of a list one who stands in a list of another workshop of the branch."""
    rows = [row for _, row in _good_rows([path], bad)]
    own = [fold(row["insurance_no"]) for row in rows if _is(row, **number)]
    workshop = number["workshop_code"]
    lent = next(
        row["insurance_no"]
        for row in rows
        if fold(row["workshop_code"]) != workshop and fold(row["insurance_no"]) not in own
    )
    return lambda row: {**row, "insurance_no": lent} if fold(row["insurance_no"]) == own[0] else dict(row)


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
    month = max(part for part in path.stem.split("_")[-4:] if len(part) == 6 and part[:2] in {"13", "14"})
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
