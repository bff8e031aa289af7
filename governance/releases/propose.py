"""Proposing a release: build it from the lake, give it a version, write its files, record the event.

The same content is never proposed twice, so that running everything again changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa

from governance.access.labels import Label
from governance.adopting import adopt_for_release
from governance.context import Context
from governance.datasets.load import load_structure
from governance.errors import GovernanceError
from governance.ledger.envelope import instant_text
from governance.officials import check_role
from governance.register import Official
from governance.releases import build, files
from governance.releases.candidate import Candidate
from governance.releases.checks import Check, check_passed, own_checks, told
from governance.releases.code import code_commit, code_version
from governance.releases.columns import OBSERVATION_ID, PERIOD, REVISION_STATUS, data_schema, key_columns
from governance.releases.diff import change_between, revision_status
from governance.releases.flow import check_act, record
from governance.releases.manifest import DefinitionVersion, Manifest
from governance.releases.read import Release, list_releases, newest_visible
from governance.releases.rules import Rule
from governance.releases.states import Action, transition
from governance.releases.versions import Change, Version, next_version
from lake.layout import Home


class NothingChangedError(GovernanceError):
    """What would be released is what is published already.

    Attributes:
        release: The published release with the same content.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        super().__init__(f"nothing changed: the content is that of {release.id}")


class OpenProposalError(GovernanceError):
    """Another release of the dataset waits for approval or publication.

    Attributes:
        release: The waiting release.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        super().__init__(f"{release.id} is {release.state.value} and waits: publish or withdraw it first")


def propose(
    context: Context,
    dataset: str,
    *,
    actor: str,
    labels: Mapping[str, Label],
    now: datetime,
    checks: Sequence[Check] = (),
) -> Release:
    """Propose a new version of a dataset from what is in gold now.

    Where the same content waits already, that release is returned and nothing is written.

    Args:
        context: The installation.
        dataset: Id of the dataset.
        actor: Code of the acting official.
        labels: Label of each column of the mart, from its metadata (`governance.access.labels.labels_of_columns`).
        now: Instant of the act.
        checks: Verdicts on what the release is made from, of checks that governance cannot see.

    Raises:
        StructureError: there is no such dataset.
        RefusedError: the actor may not propose, a column may not leave, or a check failed.
        NothingChangedError: the content is published already.
        OpenProposalError: another content of the dataset waits.
        PublicationError: the mart cannot be published as it is.
        lake.tables.TableError: a table is missing.
    """
    structure = load_structure(dataset)
    official = context.officials.find(actor)
    with context.ledger.reading() as ledger:
        check_role(ledger, official, transition(dataset, None, Action.PROPOSE).roles, act=f"propose {dataset}")
    with files.dataset_lock(context.store, dataset) as folder:
        built = build.build(Home(context.settings.home), structure, labels=labels)
        releases = list_releases(context, dataset)
        waiting = _waiting(context, releases, built.candidate)
        if waiting:
            return waiting
        base = _base(context, releases, built.candidate)
        verdicts = [*checks, *own_checks(context, structure, built)]
        check_passed(dataset, verdicts)
        version = _version(context, releases, base, built.candidate)
        data = _finish(context, built.candidate, version, base)
        manifest, staged = _stage(folder, built, data, version, now=now)
        return _record(context, official, manifest, staged, built.rules.values(), verdicts, now=now)


def _record(
    context: Context,
    official: Official,
    manifest: Manifest,
    staged: Path,
    rules: Iterable[Rule],
    verdicts: Sequence[Check],
    *,
    now: datetime,
) -> Release:
    with context.ledger.writing() as ledger:
        check_act(ledger, manifest.release, Action.PROPOSE, official)
        files.place_proposed(context.store, staged, manifest)
        payload = {"content_hash": manifest.content_hash, "draft_hash": manifest.draft_hash}
        adopt_for_release(ledger, rules, official, now=now)
        record(ledger, manifest.release, Action.PROPOSE, official, payload, now=now)
        return record(ledger, manifest.release, Action.CHECK, official, told(verdicts), now=now)


def _waiting(context: Context, releases: Sequence[Release], candidate: Candidate) -> Release | None:
    for release in releases:
        if release.is_open:
            manifest = context.store.manifest(release.dataset, str(release.version))
            if manifest.content_hash == candidate.content_hash:
                return release
            raise OpenProposalError(release)
    return None


def _base(context: Context, releases: Sequence[Release], candidate: Candidate) -> Manifest | None:
    """Return the manifest of what is published now."""
    newest = newest_visible(releases)
    if newest is None:
        return None
    manifest = context.store.manifest(newest.dataset, str(newest.version))
    if manifest.content_hash == candidate.content_hash:
        raise NothingChangedError(newest)
    return manifest


def _version(context: Context, releases: Sequence[Release], base: Manifest | None, candidate: Candidate) -> Version:
    change = Change.PATCH
    if base:
        keys = key_columns(candidate.structure)
        document = context.store.structure(base)
        change = change_between(document, context.store.data(base), candidate.document, candidate.data, keys=keys)
    return next_version((release.version for release in releases), change)


def _finish(context: Context, candidate: Candidate, version: Version, base: Manifest | None) -> pa.Table:
    """Add what depends on the version and on what was published before."""
    keys = key_columns(candidate.structure)
    frame = pl.DataFrame(candidate.data)
    status = revision_status(frame, context.store.data(base) if base else None, keys=keys)
    prefix = pl.lit(f"{candidate.structure.id}@{version}/")
    words = pl.concat_str(list(candidate.structure.dimension_ids), separator=".")
    named = frame.with_columns(
        status.alias(REVISION_STATUS), (prefix + words + pl.lit("/") + pl.col(PERIOD)).alias(OBSERVATION_ID)
    )
    schema = data_schema(candidate.structure)
    return named.select(schema.names).to_arrow().cast(schema)


def _stage(
    folder: Path, built: build.Build, data: pa.Table, version: Version, *, now: datetime
) -> tuple[Manifest, Path]:
    candidate = built.candidate
    note = {
        "release": f"{candidate.structure.id}@{version}",
        "content_hash": candidate.content_hash,
        "PROVENANCE": candidate.provenance,
    }
    staged, entries = files.stage(
        folder, data=data, lineage=built.lineage(data), document=candidate.document, note=note
    )
    definitions = (
        DefinitionVersion(code=each.code, version=each.version)
        for rule in built.rules.values()
        for each in rule.versions
        if each.version
    )
    manifest = Manifest(
        dataset=candidate.structure.id,
        version=str(version),
        built_at=instant_text(now),
        provenance=candidate.provenance,
        content_hash=candidate.content_hash,
        code=code_version(),
        definitions=tuple(sorted(definitions, key=lambda definition: (definition.code, definition.version))),
        tables=built.tables,
        files=entries,
        certificate=built.certificate,
        commit=code_commit(),
    )
    return manifest.drafted(), staged
