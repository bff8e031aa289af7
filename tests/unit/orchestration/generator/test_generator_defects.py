"""The list of defects agrees with the bytes: each row breaks the rule that it is listed for, and no other is listed."""

import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from landing_by_hand import HandRead, entity_of, read_by_hand

from lake.contracts.model import Column
from orchestration.generator.defects import spoilings
from orchestration.generator.generate import GenerationReport
from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period, PeriodError, parse_jalali_date, parse_jalali_month
from vocabulary.text import fold, normalise
from vocabulary.units.load import units_by_code


def _breaks(read: HandRead, number: int, column: Column, month: str) -> str | None:
    """Judge one cell by the contract, by hand."""
    text = normalise(read.cell(number, column.name))
    if not text:
        return "required" if column.required else None
    if column.codelist == "UNIT":
        return None if text in units_by_code() else "unknown_unit"
    if column.codelist:
        return None if fold(text) in load_codelist(column.codelist).labels() else "unknown_code"
    if column.parse == "integer":
        if not re.fullmatch(r"-?[\d,]+", text):
            return "not_a_number"
        return "below_minimum" if int(text.replace(",", "")) < (column.minimum or 0) else None
    if column.parse == "time":
        return None if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", text) else "bad_time"
    if column.parse in ("jalali_month", "jalali_date") and column.name != "claim_date":
        return _breaks_period(text, is_date=column.parse == "jalali_date", month=month)
    return "bad_format" if column.pattern and not re.match(column.pattern, text) else None


def _breaks_period(text: str, *, is_date: bool, month: str) -> str | None:
    try:
        period = parse_jalali_month(text) if not is_date else None
        day = parse_jalali_date(text) if is_date else None
    except PeriodError:
        return "bad_date" if is_date else "bad_period"
    if day:
        period = Period.month_of(day)
    return None if period and period.code == month else "period_mismatch"


def _broken(read: HandRead, number: int, month: str) -> list[str]:
    """Give all rules that a record breaks by itself."""
    if len(read.record(number)) != len(read.columns):
        return ["row_shape"]
    entity = entity_of(read.path)
    columns = [column for column in entity.received if column.name in read.columns]
    found = {rule for column in columns if (rule := _breaks(read, number, column, month))}
    if "measure" in read.columns:
        labels = load_codelist(f"CL_{read.path.parent.name.upper()}_MEASURE")
        attributes = labels.item(labels.labels()[fold(read.cell(number, "measure"))]).attributes
        wanted = set(attributes["dimensions"].split("|")) - {""}
        dimensions = entity.checks[0].settings["dimensions"]
        if wanted != {name for name in dimensions if read.cell(number, name)}:
            found.add("dimensions_by_measure")
    return sorted(found)


def _month_of_file(path: Path) -> str:
    digits = re.search(r"_(\d{4})(\d\d)", path.name)
    assert digits
    return f"{digits[1]}-{digits[2]}"


@pytest.fixture(scope="module")
def planted(report: GenerationReport) -> pl.DataFrame:
    return pl.read_parquet(report.planted_path)


def test_every_rule_that_applies_is_planted(planted: pl.DataFrame) -> None:
    for name, spoiling in spoilings().items():
        of_it = planted.filter(pl.col("object") == name)
        found = {rule or "duplicate" for rule in of_it["rule"].unique()}
        missing = set(spoiling.rules) - found
        assert not missing or len(of_it) < 3 * len(spoiling.rules), (name, missing)
        assert found <= set(spoiling.rules)
    assert set(planted["state"].unique()) == {"quarantined", "duplicate"}
    assert planted.filter((pl.col("state") == "duplicate") != pl.col("rule").is_null()).is_empty()


def test_each_row_breaks_exactly_the_rule_that_it_is_listed_for(files: list[Path], planted: pl.DataFrame) -> None:
    for path in files:
        read, month = read_by_hand(path), _month_of_file(path)
        listed = dict(planted.filter(pl.col("file_name") == path.name).select("row_number", "rule").iter_rows())
        assert set(listed) <= set(read.data)
        for number in read.data:
            rule = listed.get(number, "good") or "duplicate"
            by_itself = [] if rule in ("good", "duplicate", "key_conflict") else [rule]
            assert _broken(read, number, month) == by_itself, (path.name, number, rule)


def test_repeats_come_after_their_original(files: list[Path], planted: pl.DataFrame) -> None:
    seen = Counter[str]()
    for path in files:
        read = read_by_hand(path)
        listed = dict(planted.filter(pl.col("file_name") == path.name).select("row_number", "rule").iter_rows())
        key = [column.name for column in entity_of(path).key]
        kept: dict[tuple[str, ...], list[str]] = {}
        for number in read.data:
            rule = listed.get(number, "good") or "duplicate"
            if rule not in ("good", "duplicate", "key_conflict"):
                continue
            own = tuple(read.cell(number, name) for name in key)
            cells = [cell for name, cell in zip(read.columns, read.record(number), strict=True) if name != "row_no"]
            assert (own in kept) == (rule != "good")
            if rule == "good":
                kept[own] = cells
            else:
                assert (kept[own] == cells) == (rule == "duplicate")
                seen[rule] += 1
    assert seen["duplicate"] > 10 < seen["key_conflict"]


def test_the_rate_is_kept(planted: pl.DataFrame, report: GenerationReport) -> None:
    assert len(planted) == sum(report.planted.values())
    assert len(planted) == pytest.approx(0.1 * (report.rows - 250), rel=0.03)


def test_identifiers_stand_in_free_text_and_in_the_list(files: list[Path], report: GenerationReport) -> None:
    secrets = report.identifiers_path.read_text(encoding="utf-8").splitlines()
    assert secrets == sorted(set(secrets))
    cells = [cell for path in files for cells in read_by_hand(path).records for cell in cells]
    whole = normalise(" | ".join(cells))
    assert [secret for secret in secrets if normalise(secret) not in whole] == []
    assert sum(secret.startswith("999") for secret in secrets) > 20
    assert any(not secret.isdecimal() for secret in secrets)


def test_remarks_with_identifiers_are_a_few_per_cent(files: list[Path], report: GenerationReport) -> None:
    secrets = set(report.identifiers_path.read_text(encoding="utf-8").splitlines())
    rows = with_secret = 0
    for path in files:
        read = read_by_hand(path)
        if "remark" not in read.columns:
            assert read.path.parent.name == "pension_payroll"
            continue
        place = read.columns.index("remark")
        cells = [read.record(number) for number in read.data if len(read.record(number)) == len(read.columns)]
        rows += len(cells)
        with_secret += sum(any(part in cell[place] for part in secrets) for cell in cells if cell[place])
    assert 0.015 < with_secret / rows < 0.05
