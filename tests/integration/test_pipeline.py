"""The whole job on a small country: Dagster, dbt, release and API, twice from one landing folder.

Both homes are built once for all tests of this file: one with one thread under one pseudonym key, one with two threads
under that key and another, which a command gives as a KMS would.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from intake_world import SEED
from openlineage_rules import Rules
from private_values import dagster_metadata, exposed, private_values, spoken
from reproduction import cells_of, change_one_row, other_code, reproduce_by, version_of

from governance import grants
from governance.asking import ask
from governance.clauses import RefusedError
from governance.context import open_context
from governance.database.engine import migrate
from governance.datasets.load import list_structures
from governance.officials import seed_demo
from governance.releases.flow import approve, publish
from governance.releases.read import list_releases
from governance.settings import Settings as GovernanceSettings
from lake import content_hash, slices, tables
from lake.contracts.model import load_source, source_ids
from lake.identifiers.home import scan_home
from lake.identifiers.known import known_identifiers
from lake.identifiers.scan import judge, texts_of
from lake.keys.register import KeyringError
from lake.layout import Home, Layer
from lake.pseudonym import DEVELOPMENT_KEYRING, SUFFIX
from lake.statement import read_statement
from orchestration import pipeline
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale
from orchestration.key_acts import rotate_keys
from orchestration.labels import anybody, asker, declared_labels
from orchestration.openlineage.acts import KINDS, collect
from orchestration.openlineage.log import EventLog
from orchestration.reproducing.reproduce import ReproductionError, reproduce
from orchestration.runs import RunFailedError, instance
from orchestration.serving import server_beside
from orchestration.settings import Settings

pytestmark = pytest.mark.heavy
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PORT = 18531
ANSWERED = (
    *("/v1", "/v1/datasets", "/v1/indicators", "/v1/indicators/support_ratio", "/v1/config"),
    *("/v1/datasets/TRANSFERS/data?limit=500", "/v1/datasets/LISTS/data?format=csv", "/v1/datasets/SCANNING"),
)
REFUSED = ("/v1/datasets/NONE", "/v1/datasets/LISTS/data?GEO=nowhere", "/v1/lineage/none", "/v1/indicators/none")
TOLD_BY_FILE = {"provenance", "_key_version"}
"""Columns of silver that no column of bronze is behind, but the register of files and of keys."""
KEYS = f"{DEVELOPMENT_KEYRING.keys[0].decode()}\\n{'second key of this test ' * 2}\\n"


@dataclass(frozen=True)
class World:
    """Two homes built from one landing folder."""

    one: Home
    two: Home


def _enter(patch: pytest.MonkeyPatch, home: Home, threads: int) -> Settings:
    patch.setenv("AMAR_HOME", str(home.root))
    patch.setenv("AMAR_LANDING", str(home.landing))
    patch.setenv("AMAR_THREADS", str(threads))
    if threads == 1:
        patch.delenv("AMAR_PSEUDONYM_KEY_COMMAND", raising=False)
    else:
        patch.setenv("AMAR_PSEUDONYM_KEY_COMMAND", f"printf '{KEYS}'")
    return Settings()


def _run_all(settings: Settings) -> None:
    pipeline.ingest(settings)
    pipeline.build(settings)
    with open_context(GovernanceSettings()) as context:
        migrate(context.engine)
        seed_demo(context.officials, now=NOW)
        grants.seed_demo(context, now=NOW)
        for dataset in list_structures():
            pipeline.propose(settings, dataset, "DEMO-STATISTICIAN")
            for release in list_releases(context, dataset):
                if release.is_open:
                    approve(context, release.id, actor="DEMO-APPROVER", now=NOW)
                    publish(context, release.id, actor="DEMO-APPROVER", now=NOW)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pipeline")
    landing = folder / "landing"
    generate(landing, scale=Scale.TINY, seed=SEED, first="1398-12", last="1399-12", defects=0.02)
    homes = World(Home(folder / "one", landing), Home(folder / "two", landing))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")
        for home, threads in ((homes.one, 1), (homes.two, 2)):
            _run_all(_enter(patch, home, threads))
        yield homes


@pytest.fixture
def settings(world: World, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return _enter(monkeypatch, world.two, 2)


def _release_hashes(home: Home) -> dict[str, str]:
    manifests = sorted((home.lake / "release").glob("*/*/manifest.json"))
    return {f"{path.parts[-3]}@{path.parts[-2]}": json.loads(path.read_text())["content_hash"] for path in manifests}


def test_one_thread_and_two_and_another_key_give_the_same_figures(world: World) -> None:
    marts = sorted(tables.versions(world.one, "gold"))
    assert len(marts) >= 12
    assert marts == sorted(tables.versions(world.two, "gold"))
    for mart in marts:
        if not _pseudonyms(world.one, "gold", mart):
            assert content_hash.table_hash(world.one, "gold", mart) == content_hash.table_hash(
                world.two, "gold", mart
            ), mart
    assert len(_release_hashes(world.one)) == len(list_structures())
    assert _release_hashes(world.one) == _release_hashes(world.two)


def _pseudonyms(home: Home, layer: Layer, name: str) -> list[str]:
    return [column for column in tables.schema(home, layer, name).names if column.endswith(SUFFIX)]


def test_a_key_rotated_over_a_year_gives_what_both_keys_give_from_the_start(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotated = _copy(world.one, Home(tmp_path / "rotated", world.one.landing))
    settings = _enter(monkeypatch, rotated, 2)
    with pytest.raises(KeyringError, match="2 pseudonym keys are set and 1 are in force: amar keys rotate"):
        pipeline.ingest(settings)
    for decision, actor in (("", "DEMO-AUDITOR"), ("WG-1", "NOBODY")):
        with pytest.raises(RefusedError, match=r"a decision|NOBODY"):
            rotate_keys(settings, actor=actor, decision=decision, now=NOW, watch=lambda _: None)
    done = rotate_keys(settings, actor="DEMO-AUDITOR", decision="WG-1", now=NOW, watch=lambda _: None)
    layers: tuple[Layer, ...] = ("silver", "gold")
    held = [(layer, name) for layer in layers for name in tables.versions(rotated, layer)]
    assert set(done.tables) == {f"{layer}/{name}" for layer, name in held if _pseudonyms(rotated, layer, name)}
    assert len(done.tables) >= 10
    for layer, name in held:
        assert content_hash.table_hash(rotated, layer, name) == content_hash.table_hash(world.two, layer, name), name
    assert not pipeline.ingest(settings).did_anything
    with open_context(GovernanceSettings()) as context, context.ledger.reading() as reader:
        (event,) = reader.events(kind="key.rotated")
        assert reader.payload(event.sequence)["decision"] == "WG-1"
    keys = [str(Path(sys.executable).parent / "amar"), "keys", "show"]
    shown = subprocess.run(keys, capture_output=True, text=True, check=True).stdout
    assert shown.count("in force") == 2
    assert not [key for key in KEYS.split("\\n") if key and key in shown]


def test_a_second_run_changes_nothing(settings: Settings, world: World) -> None:
    layers = ("bronze", "silver", "quarantine", "gold")
    before = {layer: tables.versions(world.two, layer) for layer in layers}
    releases = _release_hashes(world.two)
    assert not pipeline.ingest(settings).did_anything
    assert not pipeline.build(settings)
    pipeline.propose(settings, "INDICATORS", "DEMO-STATISTICIAN")
    assert {layer: tables.versions(world.two, layer) for layer in layers} == before
    assert _release_hashes(world.two) == releases


def test_the_history_is_complete_in_dagster(settings: Settings, world: World) -> None:
    with instance(world.two) as dagster:
        succeeded = {run.job_name for run in dagster.get_runs() if run.status.value == "SUCCESS"}
        assert {"ingest_mis", "ingest_scan_index", "build_marts", "propose_INDICATORS"} <= succeeded
        records = dagster.get_materialized_partitions(_key("silver", "mis_report"))
        assert records == {f"1399-{month:02d}" for month in range(1, 13)} | {"1398-12"}


def _key(*path: str) -> object:
    import dagster as dg

    return dg.AssetKey(list(path))


def test_a_late_file_is_built_into_its_month_only(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(world.two.landing, tmp_path / "landing")
    late = _copy(world.two, Home(tmp_path / "late", tmp_path / "landing"))
    settings = _enter(monkeypatch, late, 2)
    before = _months_of(late)
    row = "M02;001001;1399/05;;مرد;;;;DEPENDENT_INSURED;77"
    header = "کد گزارش;کد واحد;دوره;نوع بیمه;جنسیت;گروه سنی;نوع مستمری;نوع پرداخت کننده;عنوان آمار;مقدار"
    text = "\n".join(["PROVENANCE=synthetic", header, row])
    (late.landing / "mis" / "mis_GO-00_139905.csv").write_text(text)
    assert pipeline.ingest(settings).months == {"mis": ["1399-05"]}
    with pytest.raises(pipeline.MartsBehindError, match="amar build"):
        pipeline.propose(settings, "INDICATORS", "DEMO-STATISTICIAN")
    slices.forget(late, load_source("smis"), ["1399-05"])
    for stage in (pipeline.build, lambda to: pipeline.propose(to, "INDICATORS", "DEMO-STATISTICIAN")):
        with pytest.raises(pipeline.SilverBehindError, match=r"smis \(1 months\): amar ingest"):
            stage(settings)
    assert pipeline.ingest(settings).months == {"smis": ["1399-05"]}
    assert pipeline.build(settings)
    after = _months_of(late)
    assert {month for month in after if after[month] != before[month]} == {"1399-05"}


def _copy(home: Home, target: Home) -> Home:
    """Copy a home without Dagster's history; the ledger through SQLite, for its sidecar files come and go."""
    shutil.copytree(home.root, target.root, ignore=shutil.ignore_patterns("dagster", "*.db", "*.db-*"))
    source, copied = (sqlite3.connect(root / "governance.db") for root in (home.root, target.root))
    with contextlib.closing(source), contextlib.closing(copied):
        source.backup(copied)
    return target


def _months_of(home: Home) -> dict[str, list[str]]:
    """Return the rows of a unit-level mart as text, by month."""
    months: dict[str, list[str]] = {}
    for row in tables.read(home, "gold", "mart_unit_insured").to_pylist():
        months.setdefault(row["period"], []).append(repr(sorted(row.items())))
    return {month: sorted(rows) for month, rows in months.items()}


def test_a_forged_official_is_refused(settings: Settings) -> None:
    with pytest.raises(RunFailedError, match="NOBODY"):
        pipeline.propose(settings, "INDICATORS", "NOBODY")


def _secrets(home: Home) -> list[str]:
    """Return what the generator planted in free text and in cells where it does not belong."""
    return [line for line in (home.landing.parent / "planted_identifiers.txt").read_text().split("\n") if line]


def test_no_identifier_in_any_table_release_log_metadata_or_artifact(world: World) -> None:
    report = scan_home(world.two, _secrets(world.two))
    assert report.leaks == ()
    assert report.known > 5_000
    assert report.places > 500


def test_no_identifier_in_the_bytes_of_any_log_metadata_or_artifact(world: World) -> None:
    secrets = _secrets(world.two)
    assert len(secrets) > 50
    texts = {
        path: path.read_bytes()
        for root in (world.two.dagster, world.two.scratch, world.two.lineage)
        for path in root.rglob("*")
        if path.is_file()
    }
    texts |= {path: path.read_bytes() for path in world.two.root.glob("*.db*")}
    texts |= {path: path.read_bytes() for path in (world.two.lake / "release").rglob("*.csv")}
    assert any(path.suffix == ".db" for path in texts)
    assert {"run_results.json", "manifest.json", "dbt.log"} <= {path.name for path in texts}
    # JSON inside a database escapes what is no ASCII; a byte is read as a character, so that one pass finds all forms
    forms = {form for secret in secrets for form in (secret.encode(), json.dumps(secret)[1:-1].encode())}
    sought = [form.decode("latin-1") for form in forms]
    read = pl.Series([data.decode("latin-1") for data in texts.values()])
    assert [path for path, is_found in zip(texts, read.str.contains_any(sought), strict=True) if is_found] == []
    assert (read.head(1) + sought[0]).str.contains_any(sought).all()


METADATA = {
    "counts": """columns dagster/row_count duplicate failures files files_accepted files_not_ready files_seen_before
        files_set_aside late_files layout months_overdue months_without_files offices_silent quarantined rows
        rows_corrected rows_in_run rows_taken_in slices_in_run superseded units_expected units_missing used""",
    "names": """dagster/column_lineage dbt examples io_manager lake months offices outcome pid release step_keys
        unbalanced""",
    "versions": "content_hash delta_version",
    "seconds": "seconds io_manager:init_time lake:init_time",
    "pictures of counts": "findings_by_rule quarantined_by_rule rows_by_month rows_by_state",
}
"""What an asset may show in Dagster: nothing that a row holds."""


def test_dagster_shows_no_private_value(settings: Settings, world: World) -> None:
    shown = list(dagster_metadata(world.two))
    known = {label for labels in METADATA.values() for label in labels.split()}
    assert {label for label, _ in shown if not label.startswith("rule/")} <= known
    values = private_values(world.two, declared_labels(settings))
    values -= spoken(values)
    assert len(values) > 1_000
    assert exposed([text for _, text in shown], values) == set()
    planted = min(values)
    assert exposed([f"x: {planted}, y"], values) == {planted}


def test_lineage_of_every_column_is_shown_in_dagster(world: World) -> None:
    with instance(world.one) as dagster:
        for layer in ("silver", "gold"):
            for name in {"silver": ["mis_report"], "gold": sorted(tables.versions(world.one, "gold"))}[layer]:
                made = dagster.get_latest_materialization_event(dg.AssetKey([layer, name]))
                if name != "plausibility_flag":
                    shown = made.asset_materialization.metadata["dagster/column_lineage"].value.deps_by_column
                    assert set(shown) >= {*tables.schema(world.one, layer, name).names} - TOLD_BY_FILE, name


def test_every_lineage_event_of_a_home_keeps_to_the_specification(settings: Settings, world: World) -> None:
    home, rules = world.two, Rules()
    with open_context(GovernanceSettings()) as context:
        collect(context, home)
        assert collect(context, home) == 0
        with context.ledger.reading() as ledger:
            acts = [event for event in ledger.events(kind="release.") if event.kind in KINDS]
        published = {event.subject for event in acts if event.kind == "release.published"}
        released = [event for event in acts if event.subject in published]
        with context.ledger.reading() as ledger:
            names = {str(ledger.payload(event.sequence)["name"]) for event in released}
    told = [event for entry in EventLog(home).entries() for event in entry.events]
    assert [fault for event in told for fault in rules.faults(event)] == []
    states = Counter((event["run"]["runId"], event["eventType"]) for event in told)
    assert set(states.values()) == {1}
    assert {state for _, state in states} == {"START", "COMPLETE"}
    assert len(states) == 2 * len({run for run, _ in states})
    assert len(published) >= len(list_structures())
    done = {event["job"]["name"]: event for event in reversed(told) if event["eventType"] == "COMPLETE"}
    for mart in set(tables.versions(home, "gold")) - {"plausibility_flag"}:
        (out,) = done[f"build.marts.{mart}"]["outputs"]
        assert set(out["facets"]["columnLineage"]["fields"]) == {*tables.schema(home, "gold", mart).names}, mart
        assert out["facets"]["version"]["datasetVersion"].startswith("delta:")
        assert done[f"build.marts.{mart}.checks"]["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    for source in source_ids():
        assert done[f"ingest.bronze.{source}"]["inputs"][0]["facets"]["version"]["datasetVersion"].startswith("files:")
        assert done[f"ingest.silver.{source}"]["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    facets_told = [event["run"]["facets"] for event in told if event["job"]["name"].startswith("release.")]
    assert {facets["amar_approval"]["leafHash"] for facets in facets_told} == {event.leaf_hash() for event in released}
    assert all(facets["amar_disclosureCertificate"]["cells"] for facets in facets_told)
    texts = [json.dumps(event, ensure_ascii=False) for event in told]
    values = private_values(home, declared_labels(settings))
    assert len(values - spoken(values)) > 1_000
    assert exposed(texts, values - spoken(values)) == set()
    assert not [name for name in names for text in texts if name in text]


def test_officials_see_what_they_are_granted(settings: Settings, world: World) -> None:
    labels = declared_labels(settings)
    with open_context(GovernanceSettings()) as context:
        people = {code: asker(context, f"DEMO-{code}", NOW) for code in ("STATISTICIAN", "AUDITOR", "PROVINCE")}

    def rows(code: str | None, sql: str) -> int:
        return len(ask(world.two, read_statement(sql), labels, people[code] if code else anybody(NOW)).rows)

    figures, cases = (
        "select value from gold.mart_unit_insured",
        "select count(file_pid) from gold.mart_transfer_finding",
    )
    assert rows("STATISTICIAN", figures) > rows("PROVINCE", figures)
    assert rows("AUDITOR", cases) == 1
    for code, sql in ((None, figures), (None, cases), ("STATISTICIAN", cases)):
        with pytest.raises(RefusedError) as refused:
            rows(code, sql)
        assert refused.value.clause == "DASH-F"


def test_dagster_keeps_its_events_in_the_home(world: World) -> None:
    databases = list(world.two.dagster.rglob("*.db"))
    rows = 0
    for path in databases:
        with sqlite3.connect(path) as connection:
            names = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
            if "event_logs" in names:
                rows += connection.execute("select count(*) from event_logs").fetchone()[0]
    assert rows > 0


def test_the_api_answers_over_http_with_the_way_back(settings: Settings) -> None:
    with server_beside(settings, port=PORT + os.getpid() % 500) as server:
        base = server.base
        number = _get(f"{base}/v1/datasets/INDICATORS/data?INDICATOR=support_ratio&GEO=IR&period=1399-12")[
            "observations"
        ][0]
        assert number["PROVENANCE"] == "synthetic"
        assert (number["period_start"], number["period_end"]) == ("2021-02-19", "2021-03-20")
        assert number["OBS_VALUE"] == pytest.approx(number["NUMERATOR"] / number["DENOMINATOR"], abs=0.005)
        lineage = _get(base + number["lineage"])
        answers = {path: _answer(base + path) for path in (*ANSWERED, *REFUSED, str(number["lineage"]))}
    known = known_identifiers(settings.amar_home, _secrets(settings.amar_home))
    for path, answer in answers.items():
        assert answer.startswith("4") == (path in REFUSED), path
        assert judge(known, texts_of(path, [answer])) == []
        assert judge(known, texts_of(path, [f"{answer} {known.names[0]} {known.numbers[0]}"])) != []
    landed = {path.name: path for path in (settings.amar_home.landing / "mis").iterdir()}
    assert lineage["sources"]
    for file in lineage["sources"]:
        data = landed[file["file_name"]].read_bytes()
        assert hashlib.sha256(data).hexdigest() == file["file_sha256"]
        assert 0 < file["rows_used"] <= file["lines_read"]


def _answer(url: str) -> str:
    """Return status, headers and body of an answer, a refusal too."""
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return f"{response.status} {response.headers} {response.read().decode()}"
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.headers} {error.read().decode()}"


def _get(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=20) as response:
        return json.load(response)


def test_the_audit_sees_a_changed_file_and_a_forged_event(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = _copy(world.two, Home(tmp_path / "audited", world.two.landing))
    _enter(monkeypatch, copied, 2)
    audit = [str(Path(sys.executable).parent / "amar"), "audit", "verify"]
    sound = subprocess.run(audit, capture_output=True, text=True, check=False)
    assert (sound.returncode, "7 releases verified" in sound.stdout) == (0, True)
    data = copied.release_path("INDICATORS", "1.0.0") / "data.csv"
    data.chmod(0o644)
    data.write_bytes(data.read_bytes() + b"x")
    changed = subprocess.run(audit, capture_output=True, text=True, check=False)
    assert (changed.returncode, "INDICATORS@1.0.0: data.csv" in changed.stderr) == (1, True)
    with contextlib.closing(sqlite3.connect(copied.root / "governance.db")) as database, database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f'drop trigger "{name}"')
        database.execute("update ledger_event set office = 'HQ-EVIL' where kind = 'release.approved'")
    forged = subprocess.run(audit, capture_output=True, text=True, check=False)
    assert (forged.returncode, "leaf_hash" in forged.stderr) == (1, True)
    trace = [audit[0], "trace", "INDICATORS@1.0.0/support_ratio.IR/1399-12"]
    traced = subprocess.run(trace, capture_output=True, text=True, check=False)
    assert (traced.returncode, "was changed" in traced.stderr) == (4, True)


def test_published_files_cannot_be_written(world: World) -> None:
    for path in (world.two.lake / "release").rglob("*.parquet"):
        assert not path.stat().st_mode & 0o222, path


def test_the_planted_identifiers_lie_outside_the_landing_folder(world: World) -> None:
    assert not list(Path(world.two.landing).rglob("planted*"))


def test_a_release_made_again_is_identical_and_a_changed_row_of_silver_is_told_by_its_cells(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = _copy(world.one, Home(tmp_path / "again", world.one.landing))
    settings = _enter(monkeypatch, copied, 2)
    with open_context(GovernanceSettings()) as context:
        manifest = context.store.manifest("INSURED", "1.0.0")
        pinned = version_of(manifest, "silver/mis_report")
        tables.replace(copied, "silver", "mis_report", tables.read(copied, "silver", "mis_report").slice(0, 0))
        found = reproduce(settings, context, "INSURED@1.0.0", watch=lambda *_: None)
        assert found.is_identical, found
        assert not list(copied.reproductions.iterdir())
        change_one_row(copied, pinned)
        changed = reproduce(settings, context, "INSURED@1.0.0", watch=lambda *_: None)
        assert not changed.is_identical
        told = changed.as_data()
        assert {cell["column"] for cell in told["cells"]} == {"OBS_VALUE"}
        assert {cell["observation"].split("/")[0] for cell in told["cells"]} == {"INSURED@1.0.0"}
        of_all = [cell for cell in told["cells"] if cell["observation"].endswith("IR.TOTAL.TOTAL.TOTAL.TOTAL/1399-12")]
        assert [int(float(cell["reproduced"]) - float(cell["published"])) for cell in of_all] == [1000]
        gone = Path(tables.file_uris(copied, "silver", "mis_report", at=pinned)[0])
        gone.unlink()
        with pytest.raises(ReproductionError, match=rf"silver/mis_report at version {pinned}: 1 files, .*{gone.name}"):
            reproduce(settings, context, "INSURED@1.0.0", watch=lambda *_: None)


def test_other_code_tells_which_cells_its_definition_and_its_sql_change(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = _copy(world.one, Home(tmp_path / "again", world.one.landing))
    _enter(monkeypatch, copied, 2)
    tree = other_code(tmp_path / "code")
    done = reproduce_by(tree, copied, "INDICATORS", "1.0.0", "--with-this-code", "--json")
    assert done.returncode == 1, done.stderr
    assert cells_of(done.stdout) == {"support_ratio": {"OBS_VALUE", "DECIMALS"}, "new_pension_flow": {"UNITS_REPORTED"}}
    told = json.loads(done.stdout)
    assert [(each["code"], each["fields"][0]["field"]) for each in told["definitions"]] == [
        ("support_ratio", "decimals")
    ]
