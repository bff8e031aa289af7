"""What an intake makes of files that come again, renamed, empty or corrected, and of runs that were cut off."""

from pathlib import Path

import polars as pl
import pytest
from intake_world import content, take_in_all, write_extracts

from lake import bronze, slices, tables
from lake.contracts.model import load_source
from lake.corrections.model import CorrectionError, load_corrections
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.ingest import build_slices, set_aside_unclaimed, take_in

MIS = load_source("mis")


def _extract(home: Home) -> Path:
    write_extracts(home, defects=0, first="1399-12")
    return min((home.landing / "mis").iterdir())


def test_a_file_that_was_refused_for_its_name_is_taken_in_under_a_right_one(home: Home) -> None:
    path = _extract(home)
    wrong = path.rename(path.with_name("report of the month.csv"))
    take_in_all(home, ["mis"])
    assert [(file.file_name, file.rule) for file in bronze.rejected(home)] == [(wrong.name, "file_name")]
    wrong.rename(path)
    assert path.name in {file.file_name for file in take_in_all(home, ["mis"])["mis"].accepted}


def test_a_copy_under_another_claim_does_not_hide_the_original(home: Home) -> None:
    path = _extract(home)
    copy = (
        path.with_name("mis_GO-33_139912.csv") if "GO-33" not in path.name else path.with_name("mis_GO-02_139912.csv")
    )
    copy.write_bytes(path.read_bytes())
    set_aside_unclaimed(home, MIS, ingest_id="one")
    accepted = {file.file_name for file in take_in(home, MIS, periods=None, ingest_id="one").accepted}
    assert len(accepted & {path.name, copy.name}) == 1


def test_a_file_without_a_record_is_registered_and_stops_nothing(home: Home) -> None:
    path = _extract(home)
    labels = [column.label for column in MIS.entities[0].received]
    empty = path.with_name("mis_GO-02_139911.parquet")
    pl.DataFrame(schema=dict.fromkeys(labels, pl.String)).write_parquet(empty)
    take_in_all(home, ["mis"])
    known = {file.file_name for file in (*bronze.registered(home, "mis"), *bronze.rejected(home))}
    assert {empty.name, path.name} <= known


def test_a_slice_that_is_being_written_does_not_count_as_built(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _extract(home)
    take_in_all(home, ["mis"])
    undisturbed = content(home, ["silver/mis_report", "silver/mis_row_state"])

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestration.ingest.write_slice", die)
    with pytest.raises(KeyboardInterrupt):
        build_slices(home, MIS, DEVELOPMENT_KEYRING, periods=["1399-12"])
    monkeypatch.undo()
    assert slices.stale(home, MIS, DEVELOPMENT_KEYRING) == ["1399-12"]
    build_slices(home, MIS, DEVELOPMENT_KEYRING, periods=["1399-12"])
    assert content(home, ["silver/mis_report", "silver/mis_row_state"]) == undisturbed


def _correct(home: Home, **entry: object) -> None:
    folder = home.root / "corrections"
    folder.mkdir(exist_ok=True)
    lines = "".join(f"  {name}: {value}\n" for name, value in entry.items())
    (folder / "mis.yaml").write_text("corrections:\n-" + lines[1:], encoding="utf-8")


CORRECTION = {
    "id": "MIS-1",
    "object": "mis_report",
    "set": "{value: '7'}",
    "reason": "typing error",
    "reported_by": "branch",
    "reported_on": "2026-11-22",
    "proposed_by": "ONE",
    "approved_by": "TWO",
    "status": "approved",
}


def test_a_known_error_is_mended_by_name_and_bronze_stays_as_received(home: Home) -> None:
    _extract(home)
    take_in_all(home, ["mis"])
    row = pl.DataFrame(tables.read(home, "silver", "mis_report")).filter(pl.col("value") > 7).row(0, named=True)
    before = content(home, ["bronze/mis"])
    place = f"{{file_sha256: '{row['_file_sha256']}', row_number: '{row['_row_number']}'}}"
    _correct(home, **{**CORRECTION, "match": place})
    assert slices.stale(home, MIS, DEVELOPMENT_KEYRING) == ["1399-12"]
    result = build_slices(home, MIS, DEVELOPMENT_KEYRING, periods=["1399-12"])
    mended = pl.DataFrame(tables.read(home, "silver", "mis_report")).filter(
        (pl.col("_file_sha256") == row["_file_sha256"]) & (pl.col("_row_number") == row["_row_number"])
    )
    assert mended["value"].to_list() == [7]
    assert result[0].corrected == {"MIS-1": 1}
    assert content(home, ["bronze/mis"]) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"approved_by": " one"}, "two persons"),
        ({"object": "nothing"}, "no object"),
        ({"match": "{unit_name: x}"}, "no column unit_name"),
        ({"reason": "''"}, "reason"),
    ],
)
def test_a_correction_that_cannot_be_used_is_refused(home: Home, change: dict[str, str], words: str) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    _correct(home, **{**CORRECTION, "match": "{value: '8'}", **change})
    with pytest.raises(CorrectionError, match=words):
        load_corrections(home, MIS)


def test_a_newer_file_replaces_its_units_report_whole(home: Home) -> None:
    path = _extract(home)
    take_in_all(home, ["mis"])
    text = path.read_bytes()
    later = path.with_name(path.name.replace(".csv", "_2.csv"))
    later.write_bytes(text + b"\n")
    take_in_all(home, ["mis"])
    states = pl.DataFrame(tables.read(home, "silver", "mis_row_state"))
    assert {"superseded", "duplicate"} & set(states["state"])
    silver = pl.DataFrame(tables.read(home, "silver", "mis_report"))
    assert silver.select(column.name for column in MIS.entities[0].key).is_unique().all()
