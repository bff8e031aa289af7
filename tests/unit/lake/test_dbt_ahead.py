"""The lake opened ahead of dbt's connection: taken once, by no later run, and an error told where it is taken."""

import threading
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from lake import tables
from lake.dbt_plugin import ahead, catalogue
from lake.layout import Home
from orchestration import dbt
from orchestration.settings import Settings


def _add(home: Home, code: str) -> None:
    tables.append(home, "gold", "some_mart", pl.DataFrame({"code": [code]}).to_arrow())


def _rows(snapshot: catalogue.Snapshot) -> int:
    return tables.count_of(snapshot.marts["some_mart"])


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return for each time that a lake is opened whether that is done beside the test's own thread."""
    seen, real, own = list[bool](), catalogue.snapshot, threading.current_thread()

    def snapshot(home: Home) -> catalogue.Snapshot:
        seen.append(threading.current_thread() is not own)
        return real(home)

    monkeypatch.setattr(catalogue, "snapshot", snapshot)
    return seen


def test_what_was_opened_ahead_is_taken_once(home: Home, beside: list[bool]) -> None:
    _add(home, "A")
    with ahead.opening(home):
        assert _rows(ahead.take(home)) == 1
        assert beside == [True]
        _add(home, "B")
        assert _rows(ahead.take(home)) == 2
    assert beside == [True, False]


def test_a_later_run_opens_anew(home: Home, tmp_path: Path) -> None:
    _add(home, "A")
    with ahead.opening(home):
        other = Home(tmp_path / "other")
        assert ahead.take(other).marts == {}
    _add(home, "B")
    assert _rows(ahead.take(home)) == 2


def test_a_table_that_cannot_be_read_is_told_where_it_is_taken(home: Home) -> None:
    _add(home, "A")
    log = Path(tables.uri(home, "gold", "some_mart")) / "_delta_log" / "00000000000000000000.json"
    log.write_text(
        log.read_text().replace('"configuration":{', '"configuration":{"delta.enableDeletionVectors":"true",')
    )
    with ahead.opening(home), pytest.raises(tables.TableError, match="gold/some_mart"):
        ahead.take(home)


def test_a_build_opens_its_lake_before_dbt_asks(
    home: Home, beside: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Runner:
        def __init__(self, **_: object) -> None: ...

        def invoke(self, _: list[str]) -> SimpleNamespace:
            ahead.take(home)
            return SimpleNamespace(exception="not run", result=None)

    monkeypatch.setattr(dbt, "read_manifest", lambda _: None)
    monkeypatch.setattr(dbt, "dbtRunner", Runner)
    with pytest.raises(dbt.DbtError, match="not run"):
        dbt.build(Settings(), ["1399-12"], lambda _: None)
    assert beside == [True]
