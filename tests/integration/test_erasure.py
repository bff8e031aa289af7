"""A person's rows leave every table, do not come back, and the ledger says so by count and decision."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from intake_world import content
from retention_world import (
    FILE_PID,
    GONE_A_MONTH,
    MONTHS,
    OTHER_PID,
    PERSON,
    PID,
    SOURCE,
    SPELT,
    World,
    event,
    holds,
    lines,
    make_world,
    write_file,
)

from governance.clauses import RefusedError
from governance.ledger.envelope import Draft
from governance.ledger.verify import verify
from governance.retention import erasure
from governance.retention.erasure import Reason
from governance.retention.losses import losses, sentences
from governance.retention.rules import RetentionError
from governance.retention.standing import standing
from lake import slices, tables
from lake.balance import file_balances
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING, Keyring
from lake.retention import erase, removal
from lake.retention.sift import NoKeyError
from orchestration.ingest import build_slices, take_in

STATISTICIAN, APPROVER = "DEMO-STATISTICIAN", "DEMO-APPROVER"
DECISION = "D-1401-7"
ASKED = erasure.erasure([PID.hex()], DECISION, DEVELOPMENT_KEYRING)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months taken in, and a gold table of cases."""
    root = tmp_path_factory.mktemp("erasure")
    world = make_world(root)
    # a finding names no person: what ties it to one is the event, which stands in the person's rows alone
    events = [DEVELOPMENT_KEYRING.pseudonym("event", number) for number in ("111", "114")]
    pids = {"event_pid": events, "file_pid": [FILE_PID] * 2}
    rows = pa.table({"period": [MONTHS[0]] * 2, **pids})
    tables.append(world.home, "gold", "mart_case", rows, partition_by=["period"])
    world.context.engine.dispose()
    return root


@pytest.fixture
def world(stage: Path, tmp_path: Path) -> Iterator[World]:
    """Return a copy of the stage of its own."""
    from governance.context import make_context
    from governance.settings import Settings

    shutil.copytree(stage, tmp_path, dirs_exist_ok=True)
    home = Home(tmp_path / "home")
    context = make_context(Settings(home=home.root))
    yield World(home, context)
    context.engine.dispose()


def _request(world: World) -> None:
    erasure.request(
        world.context, world.home, ASKED, Reason.COURT_ORDER, DEVELOPMENT_KEYRING, actor=STATISTICIAN, now=world.tick()
    )


def _confirm(world: World) -> erase.Outcome:
    return erasure.confirm(world.context, world.home, ASKED, DEVELOPMENT_KEYRING, actor=APPROVER, now=world.tick())


def test_a_person_is_found_in_every_table_and_leaves_all_of_them(world: World) -> None:
    pinned = tables.version(world.home, "silver", "pension_transfer_event")
    before = pl.DataFrame(tables.read(world.home, "silver", "pension_transfer_event"))
    found = erasure.request(
        world.context, world.home, ASKED, Reason.COURT_ORDER, DEVELOPMENT_KEYRING, actor=STATISTICIAN, now=world.tick()
    )
    assert found.rows == {
        ("bronze", SOURCE.id): 8,
        ("quarantine", SOURCE.id): 4,
        ("silver", f"{SOURCE.id}_row_state"): 6,
        ("silver", f"{SOURCE.id}_finding"): 2,
        ("silver", "pension_transfer_event"): 2,
        ("gold", "mart_case"): 1,
    }
    assert found.linked == {FILE_PID}
    outcome = _confirm(world)
    assert (outcome.rows, outcome.held) == (2 * GONE_A_MONTH, ())
    assert holds(world.home, PID, PERSON, SPELT) == []
    assert holds(world.home, OTHER_PID)
    # a version that a release was read from stays openable: identical but for the erased rows
    old = pl.DataFrame(tables.read(world.home, "silver", "pension_transfer_event", at=pinned))
    assert old.equals(before.filter(pl.col("person_pid") != PID))
    balances = file_balances(world.home, SOURCE)
    assert [(item.balanced, item.states["erased"]) for item in balances] == [(True, GONE_A_MONTH)] * 2
    assert slices.stale(world.home, SOURCE, DEVELOPMENT_KEYRING) == []
    _check_ledger(world, outcome)


def _check_ledger(world: World, outcome: erase.Outcome) -> None:
    """The ledger says how much and by which decision, and never who."""
    assert world.kinds("erasure.") + world.kinds("rows.") == ["erasure.requested", "erasure.confirmed", "rows.erased"]
    lost = losses(world.context.ledger, [next(iter(outcome.files))])
    assert [(loss.rows, loss.decision, loss.clause) for loss in lost] == [(GONE_A_MONTH, DECISION, "OPEN-1")]
    assert sentences(lost)[0].startswith(f"identical but for {GONE_A_MONTH} erased rows: 1 files, decision {DECISION}")
    assert losses(world.context.ledger, ["0" * 64], tables={"silver/mis_report"}) == []
    assert losses(world.context.ledger, outcome.files, since=lost[0].sequence + 1) == []
    of_table = losses(world.context.ledger, (), tables={"silver/pension_transfer_event"})
    assert sum(loss.rows for loss in of_table) == outcome.rows
    assert verify(world.context.engine).is_sound
    stored = (world.home.root / "governance.db").read_bytes()
    assert not any(secret in stored for secret in (PERSON.encode(), PID, PID.hex().encode()))


def test_what_killed_runs_left_of_a_person_goes_too(world: World) -> None:
    for folder in world.home.leavings:
        (folder / "run-x").mkdir(parents=True)
        (folder / "run-x" / "governance.db").write_bytes(PID)
    _request(world)
    _confirm(world)
    assert not [path for folder in world.home.leavings for path in folder.rglob("*")]


def test_silver_made_anew_is_the_silver_that_was_left(world: World) -> None:
    _request(world)
    _confirm(world)
    names = [f"silver/{name}" for name in tables.versions(world.home, "silver")] + [f"quarantine/{SOURCE.id}"]
    before = content(world.home, names)
    slices.forget(world.home, SOURCE, MONTHS[:1])
    build_slices(world.home, SOURCE, DEVELOPMENT_KEYRING, periods=MONTHS[:1])
    assert content(world.home, names) == before


def test_an_erased_row_does_not_come_back_in_another_file(world: World) -> None:
    _request(world)
    _confirm(world)
    fresh = event("11X", "F9", "0499370899", "REFERRED", "1399/11/12")
    write_file(world.home, "1399-11", [*lines("1399-11"), fresh], name="GO-01", printed=5)
    with pytest.raises(NoKeyError, match="without the pseudonym key"):
        take_in(world.home, SOURCE, periods=None, ingest_id="again")
    rotated = Keyring((*DEVELOPMENT_KEYRING.keys, b"second"))
    take_in(world.home, SOURCE, periods=None, ingest_id="again", keyring=rotated)
    build_slices(world.home, SOURCE, DEVELOPMENT_KEYRING, periods=["1399-11"])
    newest = file_balances(world.home, SOURCE, ["1399-11"])
    assert all(item.balanced for item in newest)
    assert [item.states["erased"] for item in newest] == [GONE_A_MONTH] * 2
    rows = pl.DataFrame(tables.read(world.home, "silver", "pension_transfer_event"))
    # what the person did later is no part of the decision
    assert rows.filter(pl.col("person_pid") == PID)["event_pid"].to_list() == [
        DEVELOPMENT_KEYRING.pseudonym("event", "11X")
    ]


def _dying(act: Callable[..., object], after: int) -> Callable[..., object]:
    calls = iter(range(99))

    def until(*arguments: object) -> object:
        if next(calls) == after:
            raise KeyboardInterrupt
        return act(*arguments)

    return until


def test_a_run_that_dies_anywhere_is_finished_by_the_next(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _request(world)
    for name, after in (("remove", 3), ("redact", 4)):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(removal, name, _dying(getattr(removal, name), after))
            _confirm(world)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(slices, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        _confirm(world)
    outcome = _confirm(world)
    assert outcome.tables["gold/mart_case"] == 1
    assert outcome.tables["silver/pension_transfer_event"] == 2
    assert holds(world.home, PID, PERSON, SPELT) == []
    assert all(item.balanced for item in file_balances(world.home, SOURCE))
    assert slices.stale(world.home, SOURCE, DEVELOPMENT_KEYRING) == []
    assert world.kinds("rows.") == ["rows.erased"]
    with pytest.raises(RetentionError, match="carried out already"):
        _confirm(world)


def test_it_takes_a_decision_a_role_and_a_second_person(world: World) -> None:
    act = (world.context, world.home, ASKED)
    with pytest.raises(RefusedError, match=r"only by a decision.*\(OPEN-1, house\)"):
        erasure.erasure([PID.hex()], "", DEVELOPMENT_KEYRING)
    with pytest.raises(RefusedError, match=r"nobody requested.*\(HOUSE-10, house\)"):
        _confirm(world)
    with pytest.raises(RefusedError, match=r"takes the role statistician \(DASH-F, house\)"):
        erasure.request(*act, Reason.COURT_ORDER, DEVELOPMENT_KEYRING, actor=APPROVER, now=world.tick())
    _request(world)
    with pytest.raises(RefusedError, match=r"takes the role approver \(DASH-F, house\)"):
        erasure.confirm(*act, DEVELOPMENT_KEYRING, actor=STATISTICIAN, now=world.tick())
    grant = {"office": "HQ-STATISTICS", "decision": "TEST", "now": world.tick()}
    from governance.officials import Role

    world.context.officials.grant(STATISTICIAN, Role.APPROVER, **grant)
    with pytest.raises(RefusedError, match=r"nobody confirms what they proposed \(HOUSE-10, house\)"):
        erasure.confirm(*act, DEVELOPMENT_KEYRING, actor=STATISTICIAN, now=world.tick())
    with pytest.raises(RetentionError, match="is requested already"):
        _request(world)
    assert holds(world.home, PID)


@pytest.mark.parametrize("text", [PERSON, "xyz", ""])
def test_an_identifier_is_no_pseudonym_and_is_not_repeated(text: str) -> None:
    with pytest.raises(RetentionError) as refused:
        erasure.parse_pseudonyms([text])
    assert not text or text not in str(refused.value)
    with pytest.raises(RetentionError, match="no pseudonym was named"):
        erasure.parse_pseudonyms([])


def test_nothing_under_a_pseudonym_is_nothing_to_erase(world: World) -> None:
    other = erasure.erasure(["0" * 32], DECISION, DEVELOPMENT_KEYRING)
    with pytest.raises(RetentionError, match="nothing stands under"):
        erasure.request(
            world.context, world.home, other, Reason.COURT_ORDER, DEVELOPMENT_KEYRING, actor=STATISTICIAN,
            now=world.tick(),
        )  # fmt: skip


def test_rows_leave_a_partition_whole_and_files_of_an_older_shape(home: Home) -> None:
    gone = pl.DataFrame({"_file_sha256": ["a", "b"], "_row_number": [1, 2]}, schema_overrides={"_row_number": pl.Int64})
    doomed = removal.Doomed(gone, frozenset(), frozenset({"1399-11", "1399-12"}))
    place = ("silver", "thing")
    first = {"period": ["1399-11", "1399-12", "1399-12"], "_file_sha256": ["a", "b", "c"], "_row_number": [1, 2, 2]}
    tables.append(home, *place, pa.table(first), partition_by=["period"])
    second = {"period": ["1399-12"], "_file_sha256": ["d"], "_row_number": [2], "added": ["x"]}
    tables.append(home, *place, pa.table(second), partition_by=["period"])
    assert removal.count(home, *place, doomed) == 2
    removal.remove(home, *place, doomed, {})
    left = tables.read(home, *place).sort_by("_file_sha256").to_pylist()
    assert [(row["_file_sha256"], row["added"]) for row in left] == [("c", None), ("d", "x")]
    assert removal.redact(home, *place, doomed) == []
    before = tables.read(home, *place, at=1).sort_by("_file_sha256").to_pylist()
    assert [row["_file_sha256"] for row in before] == ["c", "d"]


def test_what_was_erased_from_the_ledger_is_told_as_such(world: World) -> None:
    _request(world)
    with world.context.ledger.writing() as ledger:
        asked = ledger.events(subject=ASKED.subject)[0].sequence
        ledger.erase(asked, office="HQ-STATISTICS", clause="OPEN-1", reason="test", now=world.tick())
    with pytest.raises(RefusedError, match=r"was erased, so a second person cannot be shown \(HOUSE-10, house\)"):
        _confirm(world)
    with world.context.ledger.writing() as ledger:
        draft = Draft("HQ-STATISTICS", "rows.expired", "expiry/x", "OPEN-1", {"layer": "bronze"})
        said = ledger.append(draft, now=world.tick())
        ledger.erase(said.sequence, office="HQ-STATISTICS", clause="OPEN-1", reason="test", now=world.tick())
    assert losses(world.context.ledger, ["a" * 64]) == []
    found = standing(world.context, world.home, (), DEVELOPMENT_KEYRING, pins={}, today=world.now.date())
    assert found.expired == {"erased from the ledger": 0}
    assert [each.step for each in found.erasures] == ["erasure.requested"]
