"""Upkeep on real Delta tables: what nothing needs goes, what a release needs stays, and the rows stay what they are."""

import json
import os
import time
from pathlib import Path

import pyarrow as pa
import pytest
from release_world import make_world

from lake import bronze, content_hash, tables
from lake.bronze import FileRecord
from lake.layout import Home
from lake.maintenance.model import MaintenanceError, Policy
from lake.maintenance.upkeep import apply, plan
from orchestration.defs.maintenance.pins import pinned_versions

AT_ONCE = Policy(keep_hours=0, grace_hours=0, small_files=3)
MONTHS = ("1399-11", "1399-12")
STEPS = ("plan", "upkeep")


def _fill(home: Home, name: str = "cases", commits: int = 6) -> None:
    for number in range(commits):
        rows = pa.table({"_period": list(MONTHS), "_file_sha256": [str(number)] * 2, "_row_number": [1, 2]})
        tables.append(home, "bronze", name, rows, partition_by=["_period"])


def _hash(home: Home, name: str = "cases", at: int | None = None) -> str:
    return content_hash.table_hash(home, "bronze", name, at=at)


def _stage(path: Path, *, hours: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half a file")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def test_many_small_files_become_one_a_partition_and_say_the_same(home: Home) -> None:
    _fill(home)
    before = _hash(home)
    done = apply(home, {}, AT_ONCE)
    assert [(each.partition, each.files) for each in done.tables[0].fragments] == [
        ((("_period", month),), 6) for month in MONTHS
    ]
    assert len(tables.file_uris(home, "bronze", "cases")) == len(MONTHS)
    assert _hash(home) == before
    assert plan(home, {}, AT_ONCE).tables[0].fragments == ()


def test_a_partition_without_a_value_and_a_table_without_partitions_are_compacted_too(home: Home) -> None:
    for number in range(6):
        tables.append(home, "bronze", "plain", pa.table({"x": [number]}))
        rows = pa.table({"p": pa.array([None, "a"], pa.string()), "x": [number] * 2})
        tables.append(home, "bronze", "gaps", rows, partition_by=["p"])
    before = {name: _hash(home, name) for name in ("plain", "gaps")}
    apply(home, {}, AT_ONCE)
    assert [len(tables.file_uris(home, "bronze", name)) for name in ("plain", "gaps")] == [1, 2]
    assert {name: _hash(home, name) for name in before} == before


def test_few_files_and_big_files_are_left_alone(home: Home) -> None:
    _fill(home, commits=3)
    assert plan(home, {}, AT_ONCE).tables[0].fragments == ()
    _fill(home, commits=6)
    assert plan(home, {}, Policy(small_files=3, target_bytes=10)).tables[0].fragments == ()


def test_a_pinned_version_outlives_compaction_and_vacuum_and_an_unpinned_one_does_not(home: Home) -> None:
    _fill(home)
    tables.replace(home, "bronze", "cases", pa.table({"_period": ["1399-12"], "_file_sha256": ["new"]}))
    pinned, unpinned, newest = 3, 4, _hash(home)
    held = _hash(home, at=pinned)
    pins = {("bronze", "cases"): {pinned}}
    for _ in range(2):  # the second time what compaction replaced goes too
        apply(home, pins, AT_ONCE)
    assert _hash(home, at=pinned) == held
    assert _hash(home) == newest
    with pytest.raises(Exception, match=r"No files found|No such file"):
        _hash(home, at=unpinned)


def test_what_was_replaced_lately_stays_readable(home: Home) -> None:
    _fill(home)
    old = _hash(home, at=2)
    tables.replace(home, "bronze", "cases", pa.table({"_period": ["1399-12"], "_file_sha256": ["new"]}))
    done = apply(home, {}, Policy(keep_hours=1, small_files=3))
    assert done.summary()["replaced_files"] == 0
    assert _hash(home, at=2) == old


def test_a_pinned_version_that_cannot_be_opened_stops_everything(home: Home) -> None:
    _fill(home)
    stray = _stage(home.table_path("bronze", "cases") / "part-stray.parquet", hours=9)
    with pytest.raises(MaintenanceError, match="version 99 of bronze/cases, which cannot be opened"):
        apply(home, {("bronze", "cases"): {99}}, AT_ONCE)
    assert stray.exists()
    assert tables.version(home, "bronze", "cases") == 5


def test_leavings_of_killed_runs_go_once_they_are_old_enough(home: Home) -> None:
    _fill(home)
    table = home.table_path("bronze", "cases")
    sha = "a" * 64
    places = [
        table / "_period=1399-12" / "part-1.parquet",
        table / "part-2.parquet",
        table / "_delta_log" / "_commit_1.json.tmp",
        table / "_delta_log" / "00000000000000000006.json#1",
        home.table_path("silver", "never_made") / "_period=1399-12" / "part-3.parquet",
        home.spill / "slice-x" / "mis" / "1.arrow",
        home.reproductions / "run-x" / "home" / "lake" / "gold" / "mart" / "part-4.parquet",
        home.backups / "run-x" / "governance.db",
        home.rejected_files / f".{sha}.4711",
    ]
    kept = [
        _stage(home.rejected_files / sha, hours=900),
        _stage(home.scratch / "built_from.json", hours=900),
        *(_stage(path.with_name(f"{path.name[:-4]}9{path.suffix}"), hours=0.1) for path in places[:2]),
    ]
    for path in places:
        _stage(path, hours=2)
    before = _hash(home)
    planned = plan(home, {})
    assert {file.path for file in planned.leftovers()} == set(places)
    assert planned.summary()["uncommitted_files"] == 2
    assert planned.summary()["debris_bytes"] == 7 * len(b"half a file")
    assert apply(home, {}) == planned
    assert not [path for path in places if path.exists()]
    assert all(path.exists() for path in kept)
    assert not [path for root in home.leavings if root.exists() for path in root.iterdir()]
    assert _hash(home) == before


def test_no_file_of_an_old_version_is_taken_for_a_leaving_of_a_killed_run(home: Home) -> None:
    _fill(home)
    tables.replace(home, "bronze", "cases", pa.table({"_period": ["1399-12"], "_file_sha256": ["new"]}))
    for path in home.table_path("bronze", "cases").rglob("*.parquet"):
        os.utime(path, (1, 1))
    assert plan(home, {}).tables[0].uncommitted == ()
    tables.open_table(home, "bronze", "cases").create_checkpoint()
    (home.table_path("bronze", "cases") / "_delta_log" / f"{0:020d}.json").unlink()
    assert plan(home, {}).tables[0].uncommitted == ()


def test_the_log_is_summed_up_and_never_cut(home: Home) -> None:
    _fill(home, commits=25)
    apply(home, {}, AT_ONCE)
    log = home.table_path("bronze", "cases") / "_delta_log"
    settings = tables.open_table(home, "bronze", "cases").metadata().configuration
    assert settings["delta.enableExpiredLogCleanup"] == "false"
    assert plan(home, {}, AT_ONCE).tables[0].open_commits < AT_ONCE.checkpoint_every
    for commit in log.glob("*.json"):
        os.utime(commit, (1, 1))
    _fill(home, commits=12)
    assert len(list(log.glob("[0-9]*.json"))) == tables.version(home, "bronze", "cases") + 1
    version = tables.version(home, "bronze", "cases")
    apply(home, {}, Policy(keep_hours=0, small_files=99))
    assert tables.version(home, "bronze", "cases") <= version + 1


def test_files_are_recovered_after_compaction(home: Home) -> None:
    records = [
        FileRecord(
            "mis", "mis_report", f"{n}.csv", str(n), 1, "utf-8", ";", "1399-12", "001", None, "synthetic", 1, "i"
        )
        for n in range(6)
    ]
    for record in records:
        rows = pa.table({"_period": ["1399-12"], "_file_sha256": [record.file_sha256]})
        note = {"files": [{**vars(record), "prepared_on": None}]}
        tables.append(home, "bronze", "mis", rows, partition_by=["_period"], note=note)
    bronze.register(home, records[:4])
    apply(home, {}, AT_ONCE)
    assert bronze.recover(home, "mis") == [records[5], records[4]]
    assert sorted(bronze.registered(home, "mis"), key=lambda each: each.file_name) == records


def test_what_a_release_was_read_from_is_pinned_and_survives(tmp_path: Path) -> None:
    world = make_world(tmp_path / "home")
    release = world.release()
    home = world.home
    pins = pinned_versions(world.context)
    manifest = json.loads((home.release_path(release.dataset, str(release.version)) / "manifest.json").read_text())
    read = {(table["layer"], table["name"]): {table["version"]} for table in manifest["tables"]}
    assert read
    assert pins == read
    held = {key: content_hash.table_hash(home, *key, at=min(versions)) for key, versions in pins.items()}
    for layer, name in pins:
        for _ in range(5):
            tables.replace(home, layer, name, tables.read(home, layer, name).slice(0, 1))
    for _ in range(2):
        apply(home, pins, AT_ONCE)
    assert {key: content_hash.table_hash(home, *key, at=min(versions)) for key, versions in pins.items()} == held


def test_a_withdrawn_release_keeps_its_pins_and_a_fresh_home_has_none(tmp_path: Path) -> None:
    from governance.context import make_context
    from governance.settings import Settings

    assert pinned_versions(make_context(Settings(home=tmp_path / "fresh"))) == {}
    world = make_world(tmp_path / "home")
    world.release()
    pins = pinned_versions(world.context)
    world.context.engine.dispose()
    for path in tmp_path.glob("home/governance.db*"):
        path.unlink()
    assert pins
    with pytest.raises(MaintenanceError, match="ledger"):
        pinned_versions(make_context(Settings(home=tmp_path / "home")))


def test_the_job_plans_then_does_and_shows_both_in_dagster(home: Home) -> None:
    import dagster as dg

    from orchestration.defs.maintenance.assets import JOB, maintenance_definitions
    from orchestration.resources import Lake

    _fill(home, commits=12)
    before = _hash(home)
    definitions = dg.Definitions.merge(maintenance_definitions(), dg.Definitions(resources={"lake": Lake()}))
    with dg.instance_for_test() as instance:
        assert definitions.resolve_job_def(JOB).execute_in_process(instance=instance).success
        shown = {name: instance.get_latest_materialization_event(dg.AssetKey(["maintenance", name])) for name in STEPS}
    for event in shown.values():
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.metadata["partitions_to_compact"].value == len(MONTHS)
    assert len(tables.file_uris(home, "bronze", "cases")) == len(MONTHS)
    assert _hash(home) == before


def test_upkeep_waits_for_another_writer(home: Home) -> None:
    import dagster as dg

    from lake.lock import writer_lock
    from orchestration.defs.maintenance.assets import UpkeepConfig, upkeep_plan
    from orchestration.resources import Lake

    with writer_lock(home, "ingest mis"), pytest.raises(dg.RetryRequested) as waiting:
        list(upkeep_plan(Lake(), UpkeepConfig()))
    assert "ingest mis" in str(waiting.value.__cause__)
