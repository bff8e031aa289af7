"""What the files look like: as a ministry would receive them, and readable."""

import re
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest
from landing_by_hand import entity_of, read_by_hand

from lake.contracts.model import load_source
from orchestration.generator.generate import GenerationReport, generate
from orchestration.generator.scales import Scale
from orchestration.generator.styles import ARABIC, PERSIAN
from vocabulary.periods import Period, parse_jalali_date, parse_jalali_month
from vocabulary.text import normalise
from vocabulary.units.load import get_unit


def _month(path: Path) -> Period:
    digits = re.search(r"_(\d{6})", path.name)
    assert digits
    return Period.month(int(digits[1][:4]), int(digits[1][4:]))


def test_there_is_a_file_for_each_office_and_month(files: list[Path], landing: Path) -> None:
    kinds = Counter((path.parent.name, _month(path).code) for path in files)
    assert kinds == {
        (source, month): {"scan_index": 15 if month == "1399-12" else 12, "mis": 6}.get(source, 3)
        for source in ("mis", "smis", "pension_transfer", "pension_payroll", "scan_index")
        for month in ("1399-11", "1399-12")
    }
    assert not [path for path in landing.rglob("*") if path.is_file() and path.suffix != ".csv"]


def test_every_file_says_that_it_is_synthetic_and_when_it_was_prepared(files: list[Path]) -> None:
    for path in files:
        read = read_by_hand(path)
        titles = [cells for cells in read.records[: read.header - 1] if cells]
        assert 2 <= len(titles) <= 4
        assert ["PROVENANCE=synthetic"] in titles
        prepared = [normalise(cells[0]) for cells in titles if "تاریخ تهیه" in normalise(cells[0])]
        assert len(prepared) == 1
        day = parse_jalali_date(prepared[0].split(":")[1].strip())
        assert 0 < (day - _month(path).end).days <= 46
        assert all(len(cells) < len(read.columns) for cells in titles)


def test_needed_columns_are_there_once(files: list[Path]) -> None:
    for path in files:
        columns = read_by_hand(path).columns
        needed = {column.name for column in entity_of(path).received if column.required or not column.transient}
        assert needed <= set(columns)
        assert len(set(columns)) == len(columns)


def test_the_files_differ_as_those_of_many_senders_do(files: list[Path]) -> None:
    texts = {path: path.read_bytes() for path in files}
    reads = [read_by_hand(path) for path in files]
    assert {read.encoding for read in reads} == {"utf-8", "utf-8-sig", "cp1256"}
    assert len({read.columns for read in reads}) > len(files) / 3
    assert {b"\r\n" in text for text in texts.values()} == {True, False}
    whole = "".join(path.read_bytes().decode(read.encoding) for path, read in zip(files, reads, strict=True))
    assert all(set(digits) <= set(whole) for digits in (PERSIAN, ARABIC, "0123456789"))
    assert {"ي", "ی", "ك", "ک", "\u200c", "٬", ";", "\t", '"'} <= set(whole)
    assert "جمع کل" in whole


def test_cp1256_files_hold_no_letter_of_unicode_only(files: list[Path]) -> None:
    old = [read_by_hand(path) for path in files if read_by_hand(path).encoding == "cp1256"]
    assert old
    for read in old:
        text = "".join(cell for cells in read.records for cell in cells)
        assert "ي" in text
        assert not set("ی٬" + PERSIAN + ARABIC) & set(text)


@pytest.mark.parametrize("column", ["period", "event_date", "entry_date", "order_date"])
def test_dates_come_in_many_forms_and_all_are_read(files: list[Path], column: str) -> None:
    forms = set()
    for path in files:
        read = read_by_hand(path)
        if column not in read.columns:
            continue
        for number in read.data:
            if len(read.record(number)) != len(read.columns) or "/13" in read.cell(number, column):
                continue
            text = read.cell(number, column)
            if not text:
                continue
            if column == "period":
                parse_jalali_month(text)
            else:
                parse_jalali_date(text)
            forms.add(re.sub(r"\d", "9", normalise(text)))
    assert len(forms) >= 3


def test_total_rows_hold_the_sums_of_the_good_rows(files: list[Path], planted_numbers: dict[str, set[int]]) -> None:
    seen = 0
    for path in files:
        read = read_by_hand(path)
        last = read.record(len(read.records))
        if not {"جمع", "جمع کل", "مجموع"} & set(last):
            continue
        seen += 1
        for column in [column.name for column in entity_of(path).received if column.parse == "integer"]:
            cells = [read.cell(number, column) for number in read.data if number not in planted_numbers[path.name]]
            summed = sum(int(normalise(cell).replace(",", "")) for cell in cells if cell)
            assert int(normalise(last[read.columns.index(column)]).replace(",", "")) == summed
    assert seen > len(files) / 3


def test_units_report_to_their_own_directorate(files: list[Path], planted_numbers: dict[str, set[int]]) -> None:
    for path in files:
        read = read_by_hand(path)
        sender = entity_of(path).file_pattern.fullmatch(path.name)
        assert sender
        codes = {read.cell(n, "unit_code") for n in read.data if n not in planted_numbers[path.name]}
        assert {get_unit(normalise(code)).directorate_code for code in codes} <= {sender["sender"]}


def test_the_published_figures_are_copied_unchanged(landing: Path, report: GenerationReport) -> None:
    own = resources.files("orchestration.generator").joinpath("data", "sso_published_figures.csv").read_bytes()
    copied = landing / "published_figures" / "sso_published_figures.csv"
    assert copied.read_bytes() == own
    assert b"synthetic" not in own
    assert report.rows_by_source["published_figures"] == 250


def test_reports_are_counted_right(files: list[Path], report: GenerationReport) -> None:
    data = sum(len(read_by_hand(path).data) for path in files)
    assert report.rows == sum(report.rows_by_source.values())
    assert data == report.rows - 250 + sum(report.planted.values())
    assert report.files == len(files) + 1
    assert report.size_bytes == sum(path.stat().st_size for path in [*files, *files[0].parents[1].glob("pub*/*.csv")])


def test_a_few_files_come_after_their_delay(tmp_path: Path) -> None:
    generate(tmp_path / "in", scale=Scale.TINY, seed=3, first="1398-01", last="1399-12", defects=0.0, sources=["smis"])
    allowed = load_source("smis").latency_days or 0
    delays = []
    for path in sorted((tmp_path / "in" / "smis").iterdir()):
        titles = normalise(" ".join(cells[0] for cells in read_by_hand(path).records[:4] if cells))
        found = re.search(r"تاریخ تهیه: (\S+)", titles)
        assert found
        delays.append((parse_jalali_date(found[1]) - _month(path).end).days)
    late = sum(delay > allowed for delay in delays)
    assert 0 < late < 0.15 * len(delays)
