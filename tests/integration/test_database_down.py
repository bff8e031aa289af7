"""A database that is down stops its own rows and nothing else: landing files of the source go in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from database_world import CONTRACT, QUERY, VARIABLE

from lake import bronze
from lake.contracts import model
from lake.contracts.model import Source, read_contract
from lake.layout import Home
from orchestration import pipeline
from orchestration.ingest import take_in
from orchestration.runs import RunFailedError
from orchestration.settings import Settings
from orchestration.sources.sql.errors import DatabaseSourceError

FILE = "payment_139912.csv"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """Return a source with a table and files, whose database is not there."""
    monkeypatch.setenv(VARIABLE, f"sqlite:///{tmp_path / 'nothing.db'}")
    monkeypatch.setattr(model, "FOLDER", tmp_path)
    path = tmp_path / "payment.yaml"
    text = CONTRACT.format(kind="sqlite", schema="environment: test", query=QUERY)
    pattern = "      - {property: filePattern, value: 'payment_(?P<period>[0-9]{6})[.]csv'}\n"
    path.write_text(text.replace("      - property: query\n", f"{pattern}      - property: query\n"), encoding="utf-8")
    model.load_source.cache_clear()
    yield read_contract(path)
    model.load_source.cache_clear()


def test_landing_files_go_in_and_the_run_fails_by_name(home: Home, source: Source) -> None:
    folder = home.landing / source.id
    folder.mkdir(parents=True)
    (folder / FILE).write_text("payment_id,month,paid_on,amount_rial,note\n1,139912,1399/12/01,5,\n")
    for _ in range(2):
        with pytest.raises(DatabaseSourceError, match="payment: unreachable"):
            take_in(home, source, periods=None, ingest_id="test")
    assert [file.file_name for file in bronze.registered(home, source.id)] == [FILE]


def test_a_person_is_told_though_no_file_waits(home: Home, source: Source) -> None:
    home.landing.mkdir(parents=True)
    with pytest.raises(RunFailedError, match="payment: unreachable"):
        pipeline.ingest(Settings(), [source.id])
