"""A release from proposal to withdrawal, on a real lake and a real ledger."""

import json
import shutil
from datetime import UTC, datetime

import polars as pl
import pytest
from definition_world import SECOND, WITHOUT_UI, copy_catalogue, revise
from release_world import (
    APPROVER,
    AUDITOR,
    FACTS,
    LABELS,
    STATISTICIAN,
    fact,
    make_world,
    rewrite,
    write_facts,
)

from governance.access.labels import AccessClass, Granularity, Label
from governance.clauses import RefusedError
from governance.ledger.ledger import NoPayloadError
from governance.ledger.verify import verify
from governance.officials import Role
from governance.register import Official
from governance.releases.diff import ValueChange, diff
from governance.releases.flow import approve, publish, withdraw
from governance.releases.manifest import ManifestError
from governance.releases.propose import NothingChangedError, OpenProposalError
from governance.releases.read import (
    UnknownReleaseError,
    find_release,
    list_releases,
    newest_visible,
    parse_release_id,
    show,
    withdrawal_reason,
)
from governance.releases.rules import PublicationError
from governance.releases.states import Action, State, TransitionError
from lake import tables
from lake.tables import TableError
from vocabulary.indicators import load

FIRST = "INDICATORS@1.0.0"


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path)
    yield world
    world.context.engine.dispose()


def events(world):
    with world.context.ledger.reading() as ledger:
        return ledger.events(kind="release.")


def test_two_persons_publish(world):
    proposed = world.propose()
    assert (proposed.id, proposed.state, proposed.is_open, proposed.is_visible) == (FIRST, State.PROPOSED, True, False)
    assert not (world.context.settings.release_root / "INDICATORS" / "1.0.0").exists()
    approved = approve(world.context, FIRST, actor=APPROVER, now=world.tick())
    assert approved.state is State.APPROVED
    published = publish(world.context, FIRST, actor=STATISTICIAN, now=world.tick())
    assert (published.state, published.is_visible) == (State.PUBLISHED, True)
    assert published.published_at == "2026-11-21T08:03:00.000000Z"
    kinds = ["release.proposed", "release.checked", "release.approved", "release.published"]
    assert [event.kind for event in events(world)] == kinds
    assert {event.office for event in events(world)} == {"HQ-STATISTICS"}
    assert verify(world.context.engine).is_sound
    folder = world.context.settings.release_root / "INDICATORS" / "1.0.0"
    assert sorted(path.name for path in folder.iterdir()) == [
        "data.csv", "data.parquet", "files.parquet", "lineage.parquet", "manifest.json", "measures.parquet",
        "set_aside.parquet", "structure.json",
    ]  # fmt: skip
    assert all(path.stat().st_mode & 0o222 == 0 for path in folder.iterdir())
    assert not list(folder.parent.glob(".staging*"))


def test_publication_seals_the_manifest_where_no_erasure_takes_it_away(world):
    release = world.release()
    manifest = world.context.store.manifest("INDICATORS", "1.0.0")
    with world.context.ledger.reading() as ledger:
        (sealed,) = ledger.events(kind="manifest.published")
        assert ledger.payload(sealed.sequence) == {}
    assert sealed.subject == f"INDICATORS@1.0.0/{manifest.manifest_hash}"
    assert (sealed.sequence, sealed.instant) == (release.events[-1].sequence + 1, release.published_at)


def test_the_manifest_tells_where_it_all_came_from(world):
    release = world.release()
    manifest = show(world.context, release.id).manifest
    world.context.store.check_files(manifest)
    assert manifest.provenance == "synthetic"
    assert [(table.layer, table.name) for table in manifest.tables] == [
        ("gold", "fct_indicator_observation"),
        ("gold", "fct_observation_source_file"),
        ("bronze", "received_file"),
        ("silver", "mis_report"),
        ("silver", "pension_transfer_event"),
        ("silver", "mis_row_state"),
        ("silver", "mis_correction"),
    ]
    assert [act.kind for act in manifest.approvals] == ["release.proposed", "release.checked", "release.approved"]
    assert {entry.name: entry.rows for entry in manifest.files} == {
        "data.csv": 11, "data.parquet": 11, "files.parquet": 5, "lineage.parquet": 6, "measures.parquet": 0,
        "set_aside.parquet": 2, "structure.json": None,
    }  # fmt: skip
    with world.context.ledger.reading() as ledger:
        said = ledger.payload(release.event(Action.PUBLISH).sequence)
    assert said["manifest_hash"] == manifest.manifest_hash
    assert said["content_hash"] == manifest.content_hash
    assert "کارشناس" not in manifest.model_dump_json()


def test_nobody_approves_what_they_proposed(world):
    world.context.officials.grant(
        STATISTICIAN, Role.APPROVER, office="HQ-STATISTICS", decision="WG-1", now=world.tick()
    )
    world.propose()
    with pytest.raises(RefusedError, match="nobody approves") as refused:
        approve(world.context, FIRST, actor=STATISTICIAN, now=world.tick())
    assert refused.value.clause == "HOUSE-10"
    namesake = world.context.officials.find(STATISTICIAN)
    second = Official("SECOND-CODE", namesake.name, namesake.office)
    world.context.officials.register(second, decision="WG-1", now=world.tick())
    world.context.officials.grant("SECOND-CODE", Role.APPROVER, office="HQ", decision="WG-1", now=world.tick())
    with pytest.raises(RefusedError, match="nobody approves"):
        approve(world.context, FIRST, actor="SECOND-CODE", now=world.tick())
    assert find_release(world.context, FIRST).state is State.PROPOSED


@pytest.mark.parametrize("actor", [AUDITOR, APPROVER, "NOBODY", "", "DEMO-STATISTICIAN' or '1'='1"])
def test_who_may_not_propose(world, actor):
    with pytest.raises(RefusedError):
        world.propose(actor=actor)
    assert list_releases(world.context) == []
    assert not world.context.settings.release_root.joinpath("INDICATORS").exists()


def test_a_role_taken_back_no_longer_serves(world):
    world.propose()
    world.context.officials.revoke(APPROVER, Role.APPROVER, office="HQ", decision="WG-2", now=world.tick())
    with pytest.raises(RefusedError, match="takes the role approver"):
        approve(world.context, FIRST, actor=APPROVER, now=world.tick())


def test_nothing_is_published_unapproved_or_twice(world):
    world.propose()
    with pytest.raises(TransitionError, match="is proposed and cannot be published"):
        publish(world.context, FIRST, actor=STATISTICIAN, now=world.tick())
    approve(world.context, FIRST, actor=APPROVER, now=world.tick())
    with pytest.raises(TransitionError, match="is approved and cannot be approved"):
        approve(world.context, FIRST, actor=APPROVER, now=world.tick())
    publish(world.context, FIRST, actor=APPROVER, now=world.tick())
    before = events(world)
    with pytest.raises(TransitionError, match="is published and cannot be published"):
        publish(world.context, FIRST, actor=STATISTICIAN, now=world.tick())
    assert events(world) == before


@pytest.mark.parametrize("act", [approve, publish])
def test_what_was_never_proposed(world, act):
    with pytest.raises(TransitionError, match="never proposed"):
        act(world.context, FIRST, actor=APPROVER, now=world.tick())
    with pytest.raises(UnknownReleaseError):
        act(world.context, "INDICATORS", actor=APPROVER, now=world.tick())


TAMPERINGS = {
    "data": lambda folder: rewrite(folder / "data.csv", lambda old: old.replace(b"3.45", b"3.65")),
    "missing": lambda folder: (folder / "data.parquet").unlink(),
    "added": lambda folder: (folder / "more.csv").write_text("x"),
    "manifest": lambda folder: rewrite(
        folder / "manifest.json", lambda old: old.replace(b'"provenance":"synthetic"', b'"provenance":"reported"')
    ),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "gone": shutil.rmtree,
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_files_that_changed_after_the_proposal_lose_it(world, tampering):
    world.propose()
    folder = world.context.store.proposed_path("INDICATORS", "1.0.0")
    backup = shutil.copytree(folder, folder.parent.parent / "backup")
    TAMPERINGS[tampering](folder)
    with pytest.raises(ManifestError):
        approve(world.context, FIRST, actor=APPROVER, now=world.tick())
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(backup, folder)
    approve(world.context, FIRST, actor=APPROVER, now=world.tick())
    TAMPERINGS[tampering](folder)
    with pytest.raises(ManifestError):
        publish(world.context, FIRST, actor=STATISTICIAN, now=world.tick())
    assert find_release(world.context, FIRST).state is State.APPROVED


def test_a_manifest_made_anew_is_not_the_one_proposed(world):
    world.propose()
    store = world.context.store
    folder = store.proposed_path("INDICATORS", "1.0.0")
    forged = store.manifest("INDICATORS", "1.0.0").model_copy(update={"provenance": "reported"}).drafted()
    rewrite(folder / "manifest.json", lambda _old: forged.to_bytes())
    with pytest.raises(ManifestError, match="not the one that was proposed"):
        approve(world.context, FIRST, actor=APPROVER, now=world.tick())
    other = forged.model_copy(update={"version": "1.0.1"}).drafted()
    rewrite(folder / "manifest.json", lambda _old: other.to_bytes())
    with pytest.raises(ManifestError, match="that of INDICATORS@1"):
        approve(world.context, FIRST, actor=APPROVER, now=world.tick())


def test_an_erased_proposal_cannot_be_approved_or_published(world):
    proposal = world.propose().event(Action.PROPOSE).sequence

    def erase(sequence):
        with world.context.ledger.writing() as ledger:
            ledger.erase(sequence, office="HQ-LEGAL", clause="STAT-N1", reason="asked for", now=world.tick())

    erase(proposal)
    with pytest.raises(RefusedError, match="was erased"):
        approve(world.context, FIRST, actor=APPROVER, now=world.tick())


def test_an_approved_release_needs_its_proposal_to_be_published(world):
    release = world.propose()
    approve(world.context, FIRST, actor=APPROVER, now=world.tick())
    with world.context.ledger.writing() as ledger:
        ledger.erase(release.events[0].sequence, office="HQ", clause="STAT-N1", reason="asked for", now=world.tick())
        with pytest.raises(NoPayloadError):
            ledger.payload(release.events[0].sequence)
    with pytest.raises(ManifestError, match="erased from the ledger"):
        publish(world.context, FIRST, actor=STATISTICIAN, now=world.tick())


def test_a_second_run_changes_nothing(world):
    world.release()
    world.release("INSURED")
    before, files = events(world), sorted(world.context.settings.release_root.rglob("*"))
    for dataset in ("INDICATORS", "INSURED"):
        with pytest.raises(NothingChangedError, match="nothing changed") as same:
            world.propose(dataset)
        assert same.value.release.id == f"{dataset}@1.0.0"
    # a new Delta version of the same rows is no change either
    write_facts(world.home, FACTS[::-1])
    with pytest.raises(NothingChangedError):
        world.propose()
    assert events(world) == before
    assert sorted(world.context.settings.release_root.rglob("*")) == files


def test_an_interrupted_run_goes_on_where_it_stopped(world):
    world.propose()
    again = world.propose()
    assert (again.id, again.state) == (FIRST, State.PROPOSED)
    approve(world.context, FIRST, actor=APPROVER, now=world.tick())
    assert world.propose().state is State.APPROVED
    assert len(events(world)) == 3
    write_facts(world.home, FACTS[:4])
    with pytest.raises(OpenProposalError, match="publish or withdraw it first") as waiting:
        world.propose()
    assert waiting.value.release.id == FIRST


def test_folders_of_killed_runs_are_garbage(world):
    root = world.context.settings.release_root / "INDICATORS"
    for leftover in (root / ".staging", root / ".proposed" / "1.0.0", root / "1.0.0"):
        leftover.mkdir(parents=True)
        (leftover / "half").write_text("written")
    assert list_releases(world.context) == []
    world.release()
    assert not (root / "1.0.0" / "half").exists()
    assert not (root / ".staging").exists()


def test_a_publication_killed_before_its_event_is_repeated(world, monkeypatch):
    world.propose()
    approve(world.context, FIRST, actor=APPROVER, now=world.tick())

    def killed(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("governance.releases.flow.record", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(world.context, FIRST, actor=STATISTICIAN, now=world.tick())
    assert world.context.store.published_path("INDICATORS", "1.0.0").is_dir()
    assert find_release(world.context, FIRST).state is State.APPROVED
    assert publish(world.context, FIRST, actor=STATISTICIAN, now=world.tick()).is_visible
    world.context.store.check_files(show(world.context, FIRST).manifest)


def test_withdrawal_marks_and_keeps(world):
    world.release()
    before = sorted((path, path.stat().st_mtime_ns) for path in world.context.settings.release_root.rglob("*"))
    with pytest.raises(RefusedError, match="takes the role approver"):
        withdraw(world.context, FIRST, actor=STATISTICIAN, reason="wrong file", now=world.tick())
    with pytest.raises(RefusedError, match="needs a reason"):
        withdraw(world.context, FIRST, actor=APPROVER, reason="  ", now=world.tick())
    assert withdrawal_reason(world.context, find_release(world.context, FIRST)) is None
    gone = withdraw(world.context, FIRST, actor=APPROVER, reason="a wrong file was counted", now=world.tick())
    assert (gone.state, gone.is_visible) == (State.WITHDRAWN, False)
    assert gone.published_at < gone.withdrawn_at
    assert show(world.context, FIRST).reason == "a wrong file was counted"
    after = sorted((path, path.stat().st_mtime_ns) for path in world.context.settings.release_root.rglob("*"))
    assert [entry for entry in after if entry[0].is_file() and entry[0].name != ".lock"] == [
        entry for entry in before if entry[0].is_file() and entry[0].name != ".lock"
    ]
    with world.context.ledger.writing() as ledger:
        ledger.erase(
            gone.event(Action.WITHDRAW).sequence,
            office="HQ",
            clause="STAT-N1",
            reason="named a person",
            now=world.tick(),
        )
    assert show(world.context, FIRST).reason is None
    # the same content may come again, under a new number
    assert world.release().id == "INDICATORS@1.0.1"


def test_an_open_release_can_be_withdrawn_by_either(world):
    world.propose()
    assert withdraw(world.context, FIRST, actor=STATISTICIAN, reason="typo", now=world.tick()).published_at is None
    assert newest_visible(list_releases(world.context)) is None


def test_versions_follow_what_changed(world):
    world.release()
    revised = [
        row | {"numerator": 14580189, "value": 14580189 / 4228899}
        if (row["indicator_code"], row["geo_code"], row["period"]) == ("support_ratio", "IR", "1399-12")
        else row
        for row in FACTS
    ]
    write_facts(world.home, revised)
    assert world.release().id == "INDICATORS@1.0.1"
    more = [*revised, fact("support_ratio", "IR-01", "1399-12", 500000, 200000)]
    write_facts(world.home, [row for row in more if row["indicator_code"] != "new_pension_flow"])
    assert world.release().id == "INDICATORS@1.1.0"
    status = {
        row["OBSERVATION_ID"].partition("/")[2]: row["REVISION_STATUS"]
        for row in world.context.store.data(show(world.context, "INDICATORS@1.1.0").manifest).iter_rows(named=True)
    }
    assert status["support_ratio.IR/1399-12"] == "REVISED"
    assert status["support_ratio.IR-01/1399-12"] == "FIRST"
    assert status["support_ratio.IR/1399-11"] == "UNCHANGED"
    patch = diff(world.context, FIRST, "INDICATORS@1.0.1")
    key = ("support_ratio", "IR", "1399-12")
    assert patch.changed == (ValueChange(key, "NUMERATOR", "14580188.000", "14580189.000"),)
    assert (patch.added, patch.removed, patch.is_structure_changed) == ((), (), False)
    minor = diff(world.context, "INDICATORS@1.0.1", "INDICATORS@1.1.0")
    assert minor.added == (("support_ratio", "IR-01", "1399-12"),)
    assert minor.removed == (("new_pension_flow", "IR", "1399-12"),)
    assert newest_visible(list_releases(world.context)).id == "INDICATORS@1.1.0"


def test_a_new_version_of_a_definition_is_told_field_by_field(world, tmp_path, monkeypatch):
    world.release()
    folder = copy_catalogue(tmp_path)
    revise(folder, **SECOND, **WITHOUT_UI)
    monkeypatch.setattr(load, "_FOLDER", folder)
    ui = fact("support_ratio", "IR", "1399-12", 14580188 - 213982, 4228899, status="B")
    counted = [ui | {"definition_version": "1.1.0"}, *FACTS[1:2], *FACTS[4:]]
    write_facts(world.home, counted)
    assert world.release().id == "INDICATORS@1.1.0"
    found = diff(world.context, FIRST, "INDICATORS@1.1.0")
    (change,) = found.definitions
    assert (change.code, change.before, change.after, change.decision_id) == ("support_ratio", "1.0.0", "1.1.0", "WG-7")
    fields = {each.field: (each.before, each.after) for each in change.fields}
    assert fields["numerator.measures"] == ("principal_insured", "principal_insured_ex_ui")
    assert fields["measures.principal_insured.of"] == ("PRINCIPAL_INSURED", None)
    assert "UI_RECIPIENT" not in fields["measures.principal_insured_ex_ui.where.insurance_type"][1]
    assert {each.key for each in found.changed} == {("support_ratio", "IR", "1399-12")}
    rows = {
        row["PERIOD"]: row
        for row in world.context.store.data(show(world.context, "INDICATORS@1.1.0").manifest).iter_rows(named=True)
        if (row["INDICATOR"], row["GEO"]) == ("support_ratio", "IR")
    }
    assert [rows[month]["DEFINITION_VERSION"] for month in ("1399-11", "1399-12")] == ["1.0.0", "1.1.0"]
    assert [rows[month]["OBS_STATUS"] for month in ("1399-11", "1399-12")] == ["A", "B"]
    assert rows["1399-12"]["NOTE_CODE"] == "DEFINITION_BREAK"
    assert "counted by version 1.1.0, not 1.0.0, since 1399-12 (WG-7)" in rows["1399-12"]["NOTE_EN"]
    manifest = show(world.context, "INDICATORS@1.1.0").manifest
    assert [each.version for each in manifest.definitions if each.code == "support_ratio"] == ["1.0.0", "1.1.0"]


def test_differences_of_two_datasets_make_no_sense(world):
    world.release()
    world.release("INSURED")
    with pytest.raises(ValueError, match="two datasets"):
        diff(world.context, FIRST, "INSURED@1.0.0")
    with pytest.raises(UnknownReleaseError):
        diff(world.context, FIRST, "INDICATORS@9.0.0")


@pytest.mark.parametrize("text", ["", "INDICATORS", "INDICATORS@1", "indicators@1.0.0", "A@1.0.0/x", "A@01.0.0"])
def test_what_is_no_release(text):
    with pytest.raises(UnknownReleaseError):
        parse_release_id(text)


@pytest.mark.parametrize(
    ("column", "label", "clause"),
    [
        ("value", None, "HOUSE-6"),
        ("numerator", Label(AccessClass.PRIVATE, Granularity.RECORD), "STAT-N1"),
        ("denominator", Label(AccessClass.CAPITAL, Granularity.AGGREGATE), "STAT-C"),
        ("geo_code", Label(AccessClass.PUBLIC, Granularity.RECORD), "STAT-N1"),
    ],
)
def test_a_column_that_may_not_leave_stops_the_release(world, column, label, clause):
    labels = {name: each for name, each in LABELS.items() if name != column} | ({column: label} if label else {})
    with pytest.raises(RefusedError, match=column) as refused:
        world.propose(labels=labels)
    assert refused.value.clause == clause
    assert list_releases(world.context) == []


def test_contributors_are_read_but_never_leave(world):
    world.propose(labels={name: each for name, each in LABELS.items() if name != "contributors"})
    folder = world.context.store.path("INDICATORS", "1.0.0")
    assert "contributors" not in pl.read_parquet(folder / "data.parquet").columns
    assert b"contributors," not in (folder / "data.csv").read_bytes()


def test_every_format_says_the_same(world):
    world.release()
    folder = world.context.store.path("INDICATORS", "1.0.0")
    parquet, csv = pl.read_parquet(folder / "data.parquet"), pl.read_csv(folder / "data.csv", infer_schema=False)
    assert parquet.columns == csv.columns
    assert parquet["OBSERVATION_ID"].to_list() == csv["OBSERVATION_ID"].to_list()
    assert [None if value is None else float(value) for value in parquet["OBS_VALUE"]] == [
        None if value is None else float(value) for value in csv["OBS_VALUE"]
    ]
    assert (
        dict(zip(csv["OBSERVATION_ID"], csv["OBS_VALUE"], strict=True))[
            "INDICATORS@1.0.0/support_ratio_ex_ui.IR/1399-12"
        ]
        == "3.40"
    )
    assert set(csv["PROVENANCE"]) == {"synthetic"}
    structure = json.loads((folder / "structure.json").read_text())
    assert [column["name"] for column in structure["columns"]] == parquet.columns


def test_a_missing_table_is_named(world):
    shutil.rmtree(world.home.table_path("gold", "fct_observation_source_file"))
    with pytest.raises(TableError, match="fct_observation_source_file"):
        world.propose()


def test_a_mart_that_cannot_be_published(world):
    write_facts(world.home, [fact("support_ratio", "IR", "1399-12", 10**7, 10**6, value=11.0)])
    with pytest.raises(PublicationError):
        world.propose()
    assert tables.version(world.home, "gold", "fct_indicator_observation") == 1
    assert list_releases(world.context) == []


def test_no_now_without_a_zone(world):
    world.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        world.propose()
