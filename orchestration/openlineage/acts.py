"""What is told of releases: the ledger's events, each act a run of its own. The act is the event, so none is missed.

Nothing of a release is told before it is published, unless the settings say so; then all its acts are.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from openlineage.client.event_v2 import RunState
from openlineage.client.facet_v2 import RunFacet
from openlineage.client.generated.column_lineage_dataset import ColumnLineageDatasetFacet

from governance.context import Context
from governance.database.engine import DatabaseNotReadyError, check_ready
from governance.datasets.load import Structure, load_structure
from governance.ledger.envelope import Event as Act
from governance.ledger.envelope import parse_instant
from governance.releases.code import code_version
from governance.releases.columns import data_schema
from governance.releases.manifest import Manifest, ManifestError
from governance.releases.read import parse_release_id
from governance.releases.states import Action
from lake.layout import Home
from orchestration.openlineage import columns
from orchestration.openlineage.datasets import OFFICE, Dataset, Field, Told
from orchestration.openlineage.events import Work, event, run_id_of
from orchestration.openlineage.facets import ApprovalRunFacet, CertificateRunFacet
from orchestration.openlineage.log import Event, EventLog, write_durably
from orchestration.openlineage.settings import LineageSettings

PLACE = "ledger.json"
"""How far the ledger was told, beside the log."""

_PATH = "governance/releases"
KINDS = frozenset(action.kind for action in Action)
"""What is done to a release, the verdicts of its checks among it."""


def collect(context: Context, home: Home) -> int:
    """Put the acts that may be told since the last look into the log; returns how many.

    Killed in between, the same events are told again, under the same ids.
    """
    settings, log = LineageSettings(), EventLog(home)
    place = log.root / PLACE
    after = json.loads(place.read_bytes())["sequence"] if place.is_file() else 0
    try:
        check_ready(context.engine)
    except DatabaseNotReadyError:
        return 0
    with context.ledger.reading() as ledger:
        head = ledger.head()
        events = ledger.events(kind="release.") if head > after else []
    acts = [act for act in events if act.kind in KINDS]
    due = list(_due(acts, after, unpublished=settings.openlineage_unpublished))
    if due:
        log.append([told for act in due for told in events_of(context, settings, act)])
    if head > after:
        write_durably(place, json.dumps({"sequence": head}).encode())
    return len(due)


def _due(acts: Iterable[Act], after: int, *, unpublished: bool) -> Iterator[Act]:
    """Give the acts to be told: with a publication all acts on that release before it, later ones as they come."""
    waiting: dict[str, list[Act]] = {}
    published: set[str] = set()
    for act in acts:
        held = waiting.setdefault(act.subject, [])
        held.append(act)
        if act.kind == Action.PUBLISH.kind:
            published.add(act.subject)
        if unpublished or act.subject in published:
            if act.sequence > after:
                yield from held
            held.clear()


def events_of(context: Context, settings: LineageSettings, act: Act) -> list[Event]:
    """Return the events of one act: that it began and that it is done."""
    dataset, version = parse_release_id(act.subject)
    try:
        manifest: Manifest | None = context.store.manifest(dataset, str(version))
    except ManifestError:
        manifest = None
    work = _work(act, dataset, manifest)
    inputs, output = _read(act, manifest), _made(settings, act, load_structure(dataset), str(version), manifest)
    at = parse_instant(act.instant)
    return [
        event(settings, RunState.START, work, at, inputs=inputs),
        event(settings, RunState.COMPLETE, work, at, inputs=inputs, outputs=[output]),
    ]


@contextmanager
def proposal_observed(home: Home, dataset: str, run: str) -> Iterator[None]:
    """Tell of a proposal where it is refused or fails; one that stands is in the ledger.

    It is about what is not published, so it is told only where the settings say so.
    """
    settings, began = LineageSettings(), datetime.now(UTC)
    try:
        yield
    except Exception as error:
        if settings.openlineage_unpublished:
            job = f"release.{dataset}.{Action.PROPOSE.value}"
            about = f"A version of {dataset} is proposed."
            code = code_version().source_hash
            work = Work(job, run_id_of(run, job), "RELEASE", about, _PATH, code, engine="amar")
            failed = event(settings, RunState.FAIL, work.failed(error), datetime.now(UTC))
            EventLog(home).append([event(settings, RunState.START, work, began), failed])
        raise


def _work(act: Act, dataset: str, manifest: Manifest | None) -> Work:
    verb = act.kind.partition(".")[2]
    facets: dict[str, RunFacet] = {"amar_approval": ApprovalRunFacet.of(act)}
    if manifest and manifest.certificate:
        facets["amar_disclosureCertificate"] = CertificateRunFacet.of(manifest.certificate)
    return Work(
        job=f"release.{dataset}.{verb}",
        run_id=run_id_of("ledger", act.leaf_hash()),
        kind="RELEASE",
        description=f"A version of {dataset} is {verb} ({act.clause}).",
        path=_PATH,
        code=manifest.code.source_hash if manifest else "",
        engine="amar",
        facets=facets,
    )


def _read(act: Act, manifest: Manifest | None) -> list[Told]:
    """Return what a proposal was built from; other acts read no table."""
    if manifest is None or act.kind != Action.PROPOSE.kind:
        return []
    return [
        Told(Dataset(f"{table.layer}.{table.name}", "A table of the lake.", OFFICE), f"delta:{table.version}")
        for table in manifest.tables
    ]


def _made(settings: LineageSettings, act: Act, structure: Structure, version: str, manifest: Manifest | None) -> Told:
    fields = (Field(item.name, str(item.type), "", "public", "protected") for item in data_schema(structure))
    dataset = Dataset(f"release.{structure.id}", structure.names.en, OFFICE, tuple(fields))
    hashes = [f"content:{manifest.content_hash}"] if manifest else []
    if manifest and manifest.manifest_hash and act.kind == Action.PUBLISH.kind:
        hashes.append(f"manifest:{manifest.manifest_hash}")
    told = Told(dataset, ";".join([version, *hashes]))
    if act.kind == Action.PROPOSE.kind:
        told = replace(told, facets={"columnLineage": _columns(settings, structure)})
    return told


def _columns(settings: LineageSettings, structure: Structure) -> ColumnLineageDatasetFacet:
    taken = {dimension.id: dimension.column for dimension in structure.dimensions}
    taken |= {attribute.id: attribute.column for attribute in structure.attributes}
    taken |= {"PERIOD": "period", "OBS_VALUE": "value", "PROVENANCE": "provenance"}
    judged = {"value"}
    if structure.kind == "indicators":
        parts = {"NUMERATOR": "numerator", "DENOMINATOR": "denominator"}
        taken |= parts | {
            "OBS_STATUS": "obs_status",
            "DEFINITION_VERSION": "definition_version",
            "NOTE_CODE": "note_code",
        }
        judged |= set(parts.values())
    return columns.of_release(settings.openlineage_namespace, structure.mart, taken, judged=frozenset(judged))
