"""Rows as received expire by a rule that two persons put in force; silver, states and what is known of files stay."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from intake_world import content
from retention_world import LINES_A_MONTH, MONTHS, SOURCE, World, holds, lines, make_world, write_file

from governance.clauses import RefusedError
from governance.context import make_context
from governance.retention import acts, expiry
from governance.retention.losses import losses, sentences
from governance.retention.rules import RetentionError, Rule, find_rule, load_rules
from governance.retention.standing import standing
from governance.settings import Settings
from lake import bronze, slices, tables
from lake.balance import file_balances
from lake.contracts.model import load_source
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING
from lake.rebuild import start_anew
from lake.retention import expiry as lake_expiry
from lake.retention.register import ExpiredBronzeError, expired_months
from orchestration.ingest import build_slices, set_aside_unclaimed, take_in

STATISTICIAN, APPROVER = "DEMO-STATISTICIAN", "DEMO-APPROVER"
LATER = datetime(2031, 4, 1, 8, 0, tzinfo=UTC)
"""1410-01-12: 1399-11 is older than ten years, 1399-12 and its 120 months are just over too."""
BETWEEN = datetime(2031, 3, 1, 8, 0, tzinfo=UTC)
"""1409-12-10: only 1399-11 is older than ten years."""
BRONZE = find_rule("demo-bronze-private", load_rules())
QUARANTINE = find_rule("demo-quarantine-private", load_rules())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months taken in."""
    root = tmp_path_factory.mktemp("retention")
    make_world(root).context.engine.dispose()
    return root


@pytest.fixture
def world(stage: Path, tmp_path: Path) -> Iterator[World]:
    """Return a copy of the stage of its own."""
    shutil.copytree(stage, tmp_path, dirs_exist_ok=True)
    home = Home(tmp_path / "home")
    context = make_context(Settings(home=home.root))
    yield World(home, context)
    context.engine.dispose()


def put_in_force(world: World, *rules: Rule) -> None:
    for rule in rules:
        acts.propose(world.context, rule, actor=STATISTICIAN, now=world.tick())
        acts.confirm(world.context, rule, actor=APPROVER, now=world.tick())


def apply(world: World, now: datetime, rules: tuple[Rule, ...] = (BRONZE, QUARANTINE)) -> list[lake_expiry.Act]:
    return expiry.apply(world.context, world.home, rules, DEVELOPMENT_KEYRING, pins={}, actor=STATISTICIAN, now=now)


def test_a_month_expires_by_its_rule_and_silver_stays(world: World) -> None:
    names = [f"silver/{name}" for name in tables.versions(world.home, "silver")]
    before, counted = content(world.home, names), file_balances(world.home, SOURCE)
    put_in_force(world, BRONZE)
    (act,) = apply(world, BETWEEN)
    assert (act.layer, act.source, act.period, act.rows) == ("bronze", SOURCE.id, "1399-11", LINES_A_MONTH)
    assert lake_expiry.months_held(world.home, "bronze", SOURCE.id) == {"1399-12": LINES_A_MONTH}
    assert not list(world.home.table_path("bronze", SOURCE.id).glob("_period=1399-11/*.parquet"))
    assert content(world.home, names) == before
    assert file_balances(world.home, SOURCE) == counted
    lost = losses(world.context.ledger, set(act.files))
    assert [(loss.rows, loss.layer, loss.clause, loss.decision) for loss in lost] == [
        (LINES_A_MONTH, "bronze", "OPEN-1", None)
    ]
    assert "silver still holds what was made of them" in sentences(lost)[0]
    assert apply(world, BETWEEN) == []


def test_silver_of_an_expired_month_is_never_made_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"silver/{name}" for name in tables.versions(world.home, "silver")]
    before = content(world.home, names)
    put_in_force(world, BRONZE)
    apply(world, LATER)
    assert expired_months(world.home, SOURCE.id) == set(MONTHS)
    changed = replace(SOURCE, digest="another contract")
    assert slices.stale(world.home, changed, DEVELOPMENT_KEYRING) == []
    assert build_slices(world.home, changed, DEVELOPMENT_KEYRING, periods=MONTHS) == []
    monkeypatch.setattr("lake.rebuild._retyped", lambda *_: SOURCE.entities)
    with pytest.raises(ExpiredBronzeError, match=r"2 months of bronze/pension_transfer have expired.*\(HOUSE-4\)"):
        start_anew(world.home, SOURCE)
    assert content(world.home, names) == before


def test_neither_the_same_file_nor_a_late_one_fills_an_expired_month(world: World) -> None:
    put_in_force(world, BRONZE)
    apply(world, BETWEEN)
    late = write_file(world.home, "1399-11", lines("1399-11")[4:], name="GO-02")
    set_aside_unclaimed(world.home, SOURCE, ingest_id="late")
    intake = take_in(world.home, SOURCE, periods=None, ingest_id="late", keyring=DEVELOPMENT_KEYRING)
    assert intake.accepted == []
    assert [(file.file_name, file.rule) for file in bronze.rejected(world.home)] == [(late.name, "expired_month")]
    assert lake_expiry.months_held(world.home, "bronze", SOURCE.id) == {"1399-12": LINES_A_MONTH}
    assert slices.stale(world.home, SOURCE, DEVELOPMENT_KEYRING) == []


def test_rows_and_files_set_aside_expire_and_are_only_counted(world: World) -> None:
    path = write_file(world.home, "1399-12", ["kept whole"], name="GO-02")
    wrong = path.rename(path.with_name("report.csv"))
    set_aside_unclaimed(world.home, SOURCE, ingest_id="wrong")
    (kept,) = world.home.rejected_files.iterdir()
    os.utime(kept, (0, 0))
    put_in_force(world, QUARANTINE)
    done = apply(world, LATER)
    assert [(act.period, act.rows) for act in done] == [("1399-11", 3), ("1399-12", 3), (None, 0)]
    assert list(world.home.rejected_files.iterdir()) == []
    assert [file.file_name for file in bronze.rejected(world.home)] == [wrong.name]
    assert all(item.balanced and item.states["quarantined"] == 3 for item in file_balances(world.home, SOURCE))
    assert tables.count(world.home, "quarantine", SOURCE.id) == 0
    # made anew from bronze, quarantine holds them again, and they are due again
    slices.forget(world.home, SOURCE, MONTHS[:1])
    build_slices(world.home, SOURCE, DEVELOPMENT_KEYRING, periods=MONTHS[:1])
    assert [act.period for act in apply(world, LATER)] == ["1399-11"]
    assert world.kinds("rows.") == ["rows.expired"] * 4


def test_what_silver_is_not_built_from_waits(world: World) -> None:
    put_in_force(world, BRONZE)
    slices.forget(world.home, SOURCE, ["1399-11"])
    found = standing(
        world.context, world.home, load_rules(), DEVELOPMENT_KEYRING, pins={}, today=LATER.date()
    ).as_data()
    (held,) = (row for row in found["held"] if (row["layer"], row["source"]) == ("bronze", SOURCE.id))
    assert (held["due_months"], held["waiting"], held["rule"]) == (1, 1, BRONZE.id)
    assert [act.period for act in apply(world, LATER)] == ["1399-12"]


def test_a_run_that_dies_between_lake_and_ledger_is_said_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_force(world, BRONZE)
    for module, name in ((lake_expiry, "finish"), (expiry, "_enter")):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(module, name, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            apply(world, LATER)
    assert world.kinds("rows.") == []
    assert sorted(act.period or "" for act in apply(world, LATER)) == list(MONTHS)
    assert world.kinds("rows.") == ["rows.expired"] * 2
    assert holds(world.home, b"", "a record cut short") == [f"{SOURCE.id}._raw"] * 2  # quarantine has no rule in force


def test_a_rule_takes_two_persons_and_counts_as_it_stands(world: World) -> None:
    assert apply(world, LATER) == []
    with pytest.raises(RefusedError, match=r"takes the role statistician"):
        acts.propose(world.context, BRONZE, actor=APPROVER, now=world.tick())
    acts.propose(world.context, BRONZE, actor=STATISTICIAN, now=world.tick())
    with pytest.raises(RetentionError, match="is proposed"):
        acts.propose(world.context, BRONZE, actor=STATISTICIAN, now=world.tick())
    assert apply(world, LATER) == []
    with pytest.raises(RefusedError, match=r"takes the role approver"):
        acts.confirm(world.context, BRONZE, actor=STATISTICIAN, now=world.tick())
    elsewhere = BRONZE.model_copy(update={"approver": "HQ-LEGAL"})
    acts.propose(world.context, elsewhere, actor=STATISTICIAN, now=world.tick())
    with pytest.raises(RefusedError, match=r"confirmed by HQ-LEGAL, not by HQ-STATISTICS \(HOUSE-10, house\)"):
        acts.confirm(world.context, elsewhere, actor=APPROVER, now=world.tick())
    acts.confirm(world.context, BRONZE, actor=APPROVER, now=world.tick())
    shorter = BRONZE.model_copy(update={"keep_months": 1})
    assert apply(world, datetime(2027, 1, 1, tzinfo=UTC), (shorter,)) == []
    assert acts.in_force(world.context, [BRONZE], date(2026, 11, 21)) == []
    production = replace(world.context, settings=Settings(home=world.home.root, environment="production"))
    assert acts.in_force(production, [BRONZE], LATER.date()) == []
    with pytest.raises(RefusedError, match=r"demonstration that rests on no decision \(HOUSE-10, house\)"):
        acts.check_demonstration(production, BRONZE)


def test_a_source_without_months_is_kept(world: World) -> None:
    assert lake_expiry.months_held(world.home, "bronze", "published_figures") == {}
    assert not load_source("published_figures").partitioned
