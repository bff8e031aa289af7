"""Each set of corrections is an event of the ledger before it mends a row: once, with who and why, and no cell."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake_world import write_extracts

from governance.context import open_context
from governance.database.engine import migrate
from governance.ledger.verify import verify
from governance.settings import Settings as GovernanceSettings
from lake import tables
from lake.layout import Home
from orchestration import pipeline
from orchestration.correction_events import KIND
from orchestration.runs import RunFailedError
from orchestration.settings import Settings

ENTRY = {
    "id": "MIS-1",
    "object": "mis_report",
    "set": {"value": "7"},
    "reason": "typing error",
    "reported_by": "branch",
    "reported_on": "2026-11-22",
    "proposed_by": "ONE",
    "approved_by": "TWO",
    "status": "approved",
}


@pytest.fixture
def place(home: Home) -> dict[str, str]:
    """Return where a row stands that is in silver."""
    write_extracts(home, defects=0, first="1399-12")
    for path in sorted((home.landing / "mis").iterdir())[1:]:
        path.unlink()
    pipeline.ingest(Settings(), ["mis"])
    row = pl.DataFrame(tables.read(home, "silver", "mis_report")).filter(pl.col("value") > 7).row(0, named=True)
    return {"file_sha256": row["_file_sha256"], "row_number": str(row["_row_number"])}


def correct(home: Home, *entries: dict[str, Any]) -> Path:
    path = home.root / "corrections" / "mis.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"corrections": entries}), encoding="utf-8")
    return path


def events() -> list[list[dict[str, Any]]]:
    """Return what the events of corrections say, in order."""
    with open_context(GovernanceSettings()) as context:
        migrate(context.engine)
        with context.ledger.reading() as reader:
            found = reader.events(subject="corrections/mis", kind=KIND)
            said = [reader.payload(event.sequence) for event in found]
        assert not verify(context.engine).findings
    return [list(item["corrections"]) for item in said]  # type: ignore[call-overload]


def mended(home: Home) -> int:
    return tables.count(home, "silver", "mis_correction")


def test_corrections_are_entered_once_and_again_when_they_change_or_go(home: Home, place: dict[str, str]) -> None:
    assert events() == []
    one = {**ENTRY, "match": place}
    correct(home, one)
    for _ in range(2):
        pipeline.ingest(Settings(), ["mis"])
    ((said,),) = events()
    assert said == {
        **{name: ENTRY[name] for name in ("id", "object", "reason", "reported_by", "proposed_by", "approved_by")},
        "match": ["file_sha256", "row_number"],
        "set": ["value"],
    }
    assert mended(home) == 1
    correct(home, one, {**one, "id": "MIS-2", "set": {"value": "8"}})
    pipeline.ingest(Settings(), ["mis"])
    correct(home, one).unlink()
    for _ in range(2):
        pipeline.ingest(Settings(), ["mis"])
    assert [[item["id"] for item in said] for said in events()] == [["MIS-1"], ["MIS-1", "MIS-2"], []]
    assert mended(home) == 0


def test_a_correction_that_never_met_a_row_is_withdrawn_in_the_ledger(home: Home, place: dict[str, str]) -> None:
    path = correct(home, {**ENTRY, "match": {**place, "file_sha256": "0" * 64}})
    pipeline.ingest(Settings(), ["mis"])
    assert mended(home) == 0
    path.unlink()
    for _ in range(2):
        pipeline.ingest(Settings(), ["mis"])
    assert [[item["id"] for item in said] for said in events()] == [["MIS-1"], []]


def test_a_source_without_corrections_needs_no_ledger(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    write_extracts(home, defects=0, first="1399-12")
    monkeypatch.setenv("AMAR_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    pipeline.ingest(Settings(), ["mis"])
    assert tables.count(home, "silver", "mis_report") > 0


def test_nothing_is_mended_that_the_ledger_does_not_take(
    home: Home, place: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    correct(home, {**ENTRY, "match": place})
    monkeypatch.setenv("AMAR_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(RunFailedError, match="silver_mis"):
        pipeline.ingest(Settings(), ["mis"])
    assert mended(home) == 0
    monkeypatch.delenv("AMAR_DATABASE_URL")
    assert events() == []
