"""A contract that gives a column another type: nothing is written into a table of the old one; silver comes anew."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from lake import slices, tables
from lake.contracts import model
from lake.contracts.model import Source, load_source
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING
from lake.rebuild import retyped_tables, start_anew
from orchestration import pipeline
from orchestration.ingest import build_slices
from orchestration.settings import Settings

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: count
name: Counts
version: 1.0.0
status: active
team: {name: office, members: [{username: office}]}
schema:
  - name: count
    logicalType: object
    properties:
      - {name: month, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1,
         customProperties: [{property: parse, value: jalali_month}]}
      - {name: period, logicalType: string, transformLogic: printed_period, transformSourceObjects: [month]}
      - {name: code, logicalType: string, primaryKey: true, primaryKeyPosition: 2}
      - {name: amount, logicalType: integer}
    customProperties:
      - {property: filePattern, value: 'count_(?P<period>[0-9]{6})[.]csv'}
customProperties:
  - {property: sender, value: HQ-01}
"""
MONTHS = ("1399-11", "1399-12")


@pytest.fixture
def source(tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """Return a source of which two months are in silver, with numbers as text would print them."""
    monkeypatch.setattr(model, "FOLDER", tmp_path)
    yield write(tmp_path, CONTRACT)
    load_source.cache_clear()


def write(folder: Path, text: str) -> Source:
    (folder / "count.yaml").write_text(text, encoding="utf-8")
    load_source.cache_clear()
    return load_source("count")


def drop(home: Home) -> None:
    folder = home.landing / "count"
    folder.mkdir(parents=True)
    for month in MONTHS:
        digits = month.replace("-", "")
        (folder / f"count_{digits}.csv").write_text(f"month,code,amount\n{digits},01,1500\n{digits},02,25\n")


def amounts(home: Home) -> pl.Series:
    return pl.DataFrame(tables.read(home, "silver", "count")).sort("period", "code")["amount"]


def test_a_slice_of_another_type_is_refused_by_name_and_silver_stays(
    home: Home, source: Source, tmp_path: Path
) -> None:
    drop(home)
    pipeline.ingest(Settings())
    before = amounts(home)
    changed = write(tmp_path, CONTRACT.replace("amount, logicalType: integer", "amount, logicalType: number"))
    with pytest.raises(tables.ColumnTypeError, match=r"silver/count: column amount holds long, .*decimal.*amar ingest"):
        build_slices(home, changed, DEVELOPMENT_KEYRING, periods=MONTHS[:1])
    assert amounts(home).equals(before)


def test_an_ingest_builds_the_table_anew_and_older_versions_stay(home: Home, source: Source, tmp_path: Path) -> None:
    drop(home)
    pipeline.ingest(Settings())
    held = tables.version(home, "silver", "count")
    write(tmp_path, CONTRACT.replace("amount, logicalType: integer", "amount, logicalType: string"))
    pipeline.ingest(Settings())
    assert amounts(home).to_list() == ["1500", "25"] * 2
    assert tables.read(home, "silver", "count", at=held)["amount"].to_pylist() != ["1500", "25"] * 2
    assert not slices.stale(home, load_source("count"), DEVELOPMENT_KEYRING)


def test_one_that_dies_after_emptying_leaves_every_slice_stale(home: Home, source: Source, tmp_path: Path) -> None:
    drop(home)
    pipeline.ingest(Settings())
    changed = write(tmp_path, CONTRACT.replace("amount, logicalType: integer", "amount, logicalType: number"))
    assert start_anew(home, changed) == ["count"]
    assert retyped_tables(home, changed) == []
    assert slices.stale(home, changed, DEVELOPMENT_KEYRING) == list(MONTHS)
