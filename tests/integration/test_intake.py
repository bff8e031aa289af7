"""Landing to silver on real Delta tables: every row once, in one state; bad files set aside; nothing done twice."""

import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from intake_world import (
    FIRST,
    LAST,
    content,
    count_records,
    entities_of,
    row_states,
    take_in_all,
    warnings,
    write_extracts,
)

from lake import bronze, slices, tables
from lake.balance import file_balances
from lake.contracts.model import load_source, load_sources
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING, Keyring
from orchestration.ingest import build_slices, find_pending, take_in
from orchestration.sources.landing import FileNotReadyError
from orchestration.sources.read import open_file

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Home]:
    """Return what gives a home that was taken in, made once for the extracts asked for; it is only read."""

    @cache
    def made(*, defects: float, first: str) -> Home:
        own = Home(tmp_path_factory.mktemp("taken") / "home")
        write_extracts(own, defects=defects, first=first)
        take_in_all(own)
        return own

    return made


@pytest.fixture
def copied(taken: Callable[..., Home], home: Home) -> Callable[..., Home]:
    """Return what gives a copy of such a home, to be changed."""

    def copy(**extracts: object) -> Home:
        shutil.copytree(taken(**extracts).root, home.root)
        return home

    return copy


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.2])
def test_what_is_set_aside_is_what_was_planted_row_for_row(taken: Callable[..., Home], rate: float) -> None:
    home = taken(defects=rate, first=FIRST)
    planted = pl.read_parquet(home.landing.parent / "planted.parquet")
    columns = ["source", "object", "file_name", "row_number", "state", "rule"]
    found = [*row_states(home).select(columns).rows(), *warnings(home).select(columns).rows()]
    assert sorted(found, key=str) == sorted(planted.select(columns).rows(), key=str)
    assert (len(planted) > 0) == (rate > 0)


def test_the_states_of_each_file_sum_to_its_lines(taken: Callable[..., Home]) -> None:
    home = taken(defects=0.2, first=FIRST)
    for source in load_sources():
        files = {file.file_name: file for file in bronze.registered(home, source.id)}
        balances = file_balances(home, source)
        assert {balance.file_name for balance in balances} == set(files)
        for balance in balances:
            file = files[balance.file_name]
            counted = count_records(home.landing / source.id, file.file_name, file.encoding, file.delimiter)
            assert balance.lines_read == counted
            assert balance.balanced, balance.file_name
        in_bronze = Counter(tables.read(home, "bronze", source.id)["_file_sha256"].to_pylist())
        assert in_bronze == {file.file_sha256: file.lines_read for file in files.values()}


def test_a_second_intake_changes_nothing(copied: Callable[..., Home]) -> None:
    home = copied(defects=0.01, first=LAST)
    before = {layer: tables.versions(home, layer) for layer in ("bronze", "silver", "quarantine")}
    again = take_in_all(home)
    assert all(not intake.accepted and not intake.turned_away for intake in again.values())
    assert {layer: tables.versions(home, layer) for layer in ("bronze", "silver", "quarantine")} == before


def test_a_file_is_known_by_its_content_whatever_its_name(copied: Callable[..., Home]) -> None:
    home = copied(defects=0.0, first=LAST)
    rows = tables.read(home, "bronze", "mis").num_rows
    folder = home.landing / "mis"
    first = min(folder.iterdir())
    shutil.copy(first, folder / first.name.replace(".csv", "_again.csv"))
    shutil.copy(first, folder / "mis_GO-05_139912.csv")
    for _ in range(2):
        intake = take_in_all(home, ["mis"])["mis"]
        assert (intake.accepted, intake.repeated) == ([], [first.name.replace(".csv", "_again.csv")])
    assert tables.read(home, "bronze", "mis").num_rows == rows
    assert [(file.file_name, file.rule) for file in bronze.rejected(home)] == [
        ("mis_GO-05_139912.csv", "repeated_content")
    ]


def _break_landing(home: Home) -> dict[str, str]:
    """Drop one file of each kind that cannot be taken in beside the good ones; return file name → rule."""
    folder = home.landing / "mis"
    good = min(folder.iterdir()).read_bytes()
    transfer = min((home.landing / "pension_transfer").iterdir()).read_bytes()
    labels = [column.label for column in load_source("mis").entities[0].received if column.name != "value"]
    files = {
        "mis_GO-02_139912.csv": (transfer, "wrong_source"),
        "mis_GO-03_139912.csv": (b"", "empty_file"),
        "mis_GO-04_139912.xlsx": (b"PK\x03\x04" + b"\x00" * 40, "broken_workbook"),
        "mis_GO-05_139912.csv": (b"\x81\x8d\x8f\x90,\xff\xfe\x9d\n" * 30, "unknown_encoding"),
        "mis_GO-06_139912.csv": (";".join(labels).encode() + b"\n", "missing_column"),
        "mis_GO-07_139913.csv": (good + b"\n", "bad_period"),
        "somebody's report.csv": (good + b"\n\n", "file_name"),
    }
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    return {name: rule for name, (_, rule) in files.items()}


def test_a_bad_file_is_set_aside_whole_and_never_stops_the_others(home: Home) -> None:
    write_extracts(home, defects=0, first="1399-12")
    good = {path.name for path in (home.landing / "mis").iterdir()}
    expected = _break_landing(home)
    take_in_all(home)
    assert {file.file_name for file in bronze.registered(home, "mis")} == good
    found = {file.file_name: file for file in bronze.rejected(home)}
    assert {name: file.rule for name, file in found.items()} == expected
    for file in found.values():
        assert file.reason
        assert (home.rejected_files / file.file_sha256).stat().st_size == file.size_bytes
    take_in_all(home)
    assert len(bronze.rejected(home)) == len(expected)


def test_rows_that_were_committed_but_not_registered_are_found_again(home: Home) -> None:
    write_extracts(home, defects=0)
    source = load_source("mis")
    take_in(home, source, periods=None, ingest_id="one")
    expected = sorted(bronze.registered(home, "mis"), key=lambda file: file.file_name)
    shutil.rmtree(home.table_path("bronze", bronze.REGISTER))
    assert find_pending(home, source).by_period
    intake = take_in(home, source, periods=None, ingest_id="two")
    assert intake.accepted == []
    assert sorted(bronze.registered(home, "mis"), key=lambda file: file.file_name) == expected


def test_months_can_be_taken_in_one_by_one_with_the_same_result(home: Home, tmp_path: Path) -> None:
    write_extracts(home, defects=0.05)
    take_in_all(home)
    piecewise = Home(tmp_path / "piecewise", home.landing)
    for month in ("1399-12", "1399-11"):
        for source in load_sources():
            periods = [month] if source.partitioned else None
            take_in(piecewise, source, periods=periods, ingest_id=month)
            build_slices(piecewise, source, DEVELOPMENT_KEYRING, periods=[month] if source.partitioned else [None])
    assert content(piecewise) == content(home)


def test_what_descends_from_the_generator_says_so(taken: Callable[..., Home]) -> None:
    home = taken(defects=0.0, first=LAST)
    for source in load_sources():
        if not bronze.registered(home, source.id):
            continue  # a source that somebody added
        expected = "published_elsewhere" if source.id == "published_figures" else "synthetic"
        for name in entities_of(source.id):
            assert set(tables.read(home, "silver", name)["provenance"].to_pylist()) == {expected}


def test_no_identifier_reaches_silver(taken: Callable[..., Home]) -> None:
    home = taken(defects=0.01, first=LAST)
    secrets = (home.landing.parent / "planted_identifiers.txt").read_text().split("\n")
    bronze_text = str(tables.read(home, "bronze", "pension_transfer").to_pylist())
    assert any(secret and secret in bronze_text for secret in secrets)
    for name in tables.versions(home, "silver"):
        silver = str(tables.read(home, "silver", name).to_pylist())
        assert not [secret for secret in secrets if secret and secret in silver]


def test_uncertain_and_cumulative_figures_are_kept_but_are_no_value_of_a_period(home: Home) -> None:
    write_extracts(home, defects=0, first="1399-12")
    take_in_all(home, ["published_figures"])
    figures = tables.read(home, "silver", "published_figure").to_pylist()
    uncertain = [figure for figure in figures if figure["period_certainty"] != "EXACT"]
    assert (len(figures), len(uncertain)) == (250, 63)
    assert {figure["period"] for figure in uncertain} == {None}
    assert all(figure["period"] for figure in figures if figure["period_certainty"] == "EXACT")
    assert tables.read(home, "quarantine", "published_figures").num_rows == 0


def test_a_correction_supersedes_what_was_sent_before_whatever_the_hashes(home: Home) -> None:
    header = "کد گزارش;کد واحد;دوره;نوع بیمه;جنسیت;گروه سنی;نوع مستمری;نوع پرداخت کننده;عنوان آمار;مقدار"
    row = "M02;001001;1399/12;;مرد;;;;DEPENDENT_INSURED;{}"
    folder = home.landing / "mis"
    folder.mkdir(parents=True)
    for day, value in ((5, 100), (9, 120), (7, 110)):
        text = "\n".join([f"تاریخ تهیه: 1400/01/0{day}", header, row.format(value)])
        (folder / f"mis_GO-00_139912_{day}.csv").write_text(text)
    take_in_all(home, ["mis"])
    assert tables.read(home, "silver", "mis_report")["value"].to_pylist() == [120]
    states = tables.read(home, "silver", "mis_row_state")["state"].to_pylist()
    assert Counter(states) == {"layout": 6, "superseded": 2}
    assert all(balance.balanced for balance in file_balances(home, load_source("mis")))


def test_a_change_of_key_or_vocabulary_makes_slices_stale(taken: Callable[..., Home]) -> None:
    home = taken(defects=0.0, first=LAST)
    source = load_source("pension_transfer")
    assert slices.stale(home, source, DEVELOPMENT_KEYRING) == []
    assert slices.stale(home, source, Keyring((b"another key",))) == ["1399-12"]


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_run(home: Home) -> None:
    write_extracts(home, defects=0, first="1399-12")
    source = load_source("mis")
    listed = find_pending(home, source)
    grown = listed.by_period["1399-12"][0]
    grown.path.write_bytes(grown.path.read_bytes() + b"\n")
    with pytest.raises(FileNotReadyError, match="still being written"):
        open_file(source, grown)
    grown.path.unlink()
    with pytest.raises(FileNotReadyError, match="is gone"):
        open_file(source, grown)
