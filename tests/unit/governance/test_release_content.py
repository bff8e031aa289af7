"""The content hash says what a release says, and nothing else; manifests, differences and lineage tables."""

import hashlib
from datetime import date
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from governance.ledger.envelope import Event
from governance.releases.content import content_hash
from governance.releases.diff import change_between, revision_status
from governance.releases.manifest import Act, CodeVersion, FileEntry, Manifest, ManifestError, TableVersion
from governance.releases.rules import PublicationError
from governance.releases.sources import no_sources, sources_table
from governance.releases.versions import Change

DOCUMENT = {"dataset": "D", "key": ["GEO", "PERIOD"]}
KEY = ["GEO", "PERIOD"]
ROWS = {
    "GEO": ["IR", "IR-23"],
    "PERIOD": ["1399-12", "1399-12"],
    "NOTE": [None, ""],
    "DAY": [date(2021, 2, 19), None],
    "VALUE": pa.array([Decimal("3.45"), None], pa.decimal128(38, 6)),
}


def hashed(rows=ROWS, document=DOCUMENT):
    return content_hash(document, pa.table(rows), key=KEY)


GOLDEN = "b7e850129281781d7daf04d8d3e704da6b08b50b0082db4d04474536eeaad496"


def test_the_hash_is_what_the_documentation_says():
    head = (
        b'{"columns":["DAY","GEO","NOTE","PERIOD","VALUE"],"rows":2,"structure":{"dataset":"D","key":["GEO","PERIOD"]}}'
    )
    rows = (
        ("=2021-02-19", "=IR", "-", "=1399-12", "=3.450000"),
        ("-", "=IR-23", "=", "=1399-12", "-"),
    )
    text = b"".join(b"\x1e" + "\x1f".join(row).encode() for row in rows)
    assert hashlib.sha256(head + text).hexdigest() == GOLDEN
    assert hashed() == "sha256:" + GOLDEN


def test_order_of_rows_and_columns_does_not_matter():
    table = pa.table(ROWS)
    turned = table.take([1, 0]).select(["VALUE", "DAY", "NOTE", "PERIOD", "GEO"])
    assert content_hash(DOCUMENT, turned, key=KEY) == hashed()


@pytest.mark.parametrize(
    "changed",
    [
        {"NOTE": ["", ""]},
        {"NOTE": [None, None]},
        {"NOTE": ["-", ""]},
        {"NOTE": [None, "="]},
        {"GEO": ["IR", "IR-22"]},
        {"VALUE": pa.array([Decimal("3.46"), None], pa.decimal128(38, 6))},
        {"DAY": [date(2021, 2, 20), None]},
    ],
)
def test_every_change_shows(changed):
    assert hashed({**ROWS, **changed}) != hashed()


def test_the_structure_counts():
    assert hashed(document={**DOCUMENT, "dataset": "E"}) != hashed()


def test_what_cannot_be_hashed():
    with pytest.raises(PublicationError, match="share a key"):
        hashed({**ROWS, "GEO": ["IR", "IR"]})
    with pytest.raises(PublicationError, match="control character"):
        hashed({**ROWS, "NOTE": ["a\x1fb", ""]})


def manifest(**changes):
    values = {
        "dataset": "D",
        "version": "1.0.0",
        "built_at": "2026-11-21T08:00:00.000000Z",
        "provenance": "reported",
        "content_hash": "sha256:00",
        "code": CodeVersion(package="amar", version="0.1.0", source_hash="sha256:" + "0" * 64),
        "definitions": (),
        "tables": (TableVersion(layer="gold", name="mart", version=3),),
        "files": (FileEntry(name="data.csv", media_type="text/csv", sha256="0" * 64, size_bytes=1, rows=1),),
    }
    return Manifest(**{**values, **changes}).drafted()


def act(office="HQ-STATISTICS"):
    return Act.of(Event(1, "2026-11-21T08:00:00.000000Z", office, "release.proposed", "D@1.0.0", "DASH-B", "0" * 64))


def test_a_manifest_checks_itself():
    draft = manifest()
    draft.check()
    assert draft.release == "D@1.0.0"
    assert draft.file("data.csv").rows == 1
    assert draft.file("other") is None
    final = draft.approved((act(),))
    final.check()
    assert final.draft_hash == draft.draft_hash
    assert Manifest.model_validate_json(final.to_bytes()) == final
    assert draft.approved((act("GO-01"),)).manifest_hash != final.manifest_hash


@pytest.mark.parametrize(
    "forged",
    [
        {"content_hash": "sha256:11"},
        {"version": "1.0.1"},
        {"approvals": (act("GO-01"),)},
        {"draft_hash": "sha256:22"},
        {"manifest_hash": "sha256:33"},
    ],
)
def test_a_forged_manifest_is_found(forged):
    with pytest.raises(ManifestError, match="own hash"):
        manifest().approved((act(),)).model_copy(update=forged).check()


OLD = pl.DataFrame(
    {
        "GEO": ["A", "B", "C", "E"],
        "OBS_VALUE": [1, 2, 3, None],
        "REVISION_STATUS": ["FIRST", "UNCHANGED", "REVISED", "FIRST"],
    }
)
NEW = pl.DataFrame({"GEO": ["E", "D", "C", "B", "A"], "OBS_VALUE": [None, 4, 3, 5, 1], "ADDED": [1, 1, 1, 1, 1]})


def test_revision_status():
    status = revision_status(NEW, OLD, keys=["GEO"]).to_list()
    assert dict(zip(NEW["GEO"], status, strict=True)) == {
        "A": "UNCHANGED",
        "B": "REVISED",
        "C": "REVISED",
        "D": "FIRST",
        "E": "UNCHANGED",
    }
    assert revision_status(NEW, None, keys=["GEO"]).unique().to_list() == ["FIRST"]


def structure(**changes):
    values = {
        "kind": "cube",
        "frequency": "month",
        "key": ["GEO"],
        "columns": [],
        "dimensions": [{"id": "GEO", "codelist": "CL_GEO", "codes": []}],
        "definitions": [{"code": "r", "version": "1.0.0"}],
    }
    return {**values, **changes}


@pytest.mark.parametrize(
    ("document", "rows", "change"),
    [
        (structure(), {"GEO": ["A", "B"]}, Change.PATCH),
        (structure(names={"en": "New name"}), {"GEO": ["A", "B"]}, Change.PATCH),
        (structure(definitions=[{"code": "r", "version": "1.1.0"}]), {"GEO": ["A", "B"]}, Change.MINOR),
        (structure(definitions=[{"code": "r", "version": "1.0.0", "names": {}}]), {"GEO": ["A", "B"]}, Change.PATCH),
        (structure(), {"GEO": ["A", "C"]}, Change.MINOR),
        (structure(), {"GEO": ["A", "B", "C"]}, Change.MINOR),
        (structure(), {"GEO": ["A"]}, Change.MINOR),
        (structure(columns=["MORE"]), {"GEO": ["A", "B"]}, Change.MAJOR),
        (structure(dimensions=[{"id": "GEO", "codelist": "CL_OTHER"}]), {"GEO": ["A", "B"]}, Change.MAJOR),
    ],
)
def test_how_much_a_release_differs(document, rows, change):
    old = pl.DataFrame({"GEO": ["B", "A"]})
    assert change_between(structure(), old, document, pa.table(rows), keys=["GEO"]) is change


DATA = pa.table(
    {
        "INDICATOR": ["r", "r", "s"],
        "GEO": ["IR", "IR-23", "IR"],
        "PERIOD": ["1399-12"] * 3,
        "CONF_STATUS": ["F", "C", "F"],
        "OBSERVATION_ID": ["r-IR", "r-23", "s-IR"],
    }
)
USED = pa.table(
    {
        "indicator_code": ["r", "r", "r", "s", "gone"],
        "geo_code": ["IR", "IR", "IR-23", "IR", "IR"],
        "period": ["1399-12"] * 5,
        "part": ["NUMERATOR"] * 5,
        "source": ["pension_transfer"] * 5,
        "file_sha256": ["f1", "f2", "f2", "f2", "f1"],
        "rows_used": [10, 20, 20, 30, 1],
    }
)
KEYS = [("INDICATOR", "indicator_code"), ("GEO", "geo_code")]


def received(*hashes):
    return pa.table(
        {
            "file_sha256": list(hashes),
            "file_name": [f"{name}.csv" for name in hashes],
            "lines_read": [100] * len(hashes),
        }
    )


def test_row_counts_that_would_tell_a_withheld_value_are_withheld():
    rows = sources_table(DATA, USED, received("f1", "f2", "f2"), keys=KEYS).to_pylist()
    told = {(row["OBSERVATION_ID"], row["file_name"]): (row["rows_used"], row["is_count_withheld"]) for row in rows}
    assert told == {
        ("r-IR", "f1.csv"): (10, False),
        ("r-IR", "f2.csv"): (None, True),
        ("r-23", "f2.csv"): (None, True),
        ("s-IR", "f2.csv"): (30, False),
    }
    assert [row["lines_read"] for row in rows if row["is_count_withheld"]] == [None, None]
    assert no_sources().num_rows == 0


def test_a_file_nobody_received():
    with pytest.raises(PublicationError, match="received_file"):
        sources_table(DATA, USED, received("f1"), keys=KEYS)
