"""Approving, publishing and withdrawing: the approval is the event.

Each act looks up its actor in the register, asks the transition table, checks that the files are still those that were
proposed, and becomes one ledger event. Proposing, which reads the lake, is in `governance.releases.propose`.
"""

from collections.abc import Mapping
from datetime import datetime

from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.ledger.envelope import Draft, Event
from governance.ledger.ledger import NoPayloadError, Writer
from governance.officials import check_role
from governance.register import Official
from governance.releases import files
from governance.releases.manifest import Act, Manifest, ManifestError
from governance.releases.read import Release, fold, parse_release_id
from governance.releases.states import SEALED, Action, Transition, state_after, transition


def approve(context: Context, release_id: str, *, actor: str, now: datetime) -> Release:
    """Approve a proposed release; the approver must be another person than the proposer.

    Args:
        context: The installation.
        release_id: `INDICATORS@1.0.0`.
        actor: Code of the acting official.
        now: Instant of the act.

    Raises:
        RefusedError: the actor is unknown, lacks the role, or proposed the release.
        TransitionError: the release is not waiting for approval.
        ManifestError: its files changed since the proposal.
    """
    dataset, version = parse_release_id(release_id)
    official = context.officials.find(actor)
    with files.dataset_lock(context.store, dataset), context.ledger.writing() as ledger:
        check_act(ledger, release_id, Action.APPROVE, official)
        manifest = _unchanged(context, ledger, dataset, str(version))
        return record(ledger, release_id, Action.APPROVE, official, _hashes(manifest), now=now)


def publish(context: Context, release_id: str, *, actor: str, now: datetime) -> Release:
    """Publish an approved release: its files get their final manifest and place, then the event makes it visible.

    Args:
        context: The installation.
        release_id: `INDICATORS@1.0.0`.
        actor: Code of the acting official.
        now: Instant of the act.

    Raises:
        RefusedError: the actor is unknown or lacks the role.
        TransitionError: the release is not approved, or published already.
        ManifestError: its files changed since the proposal.
    """
    dataset, version = parse_release_id(release_id)
    official = context.officials.find(actor)
    with files.dataset_lock(context.store, dataset), context.ledger.writing() as ledger:
        history = check_act(ledger, release_id, Action.PUBLISH, official)
        manifest = _unchanged(context, ledger, dataset, str(version))
        final = manifest.approved(tuple(Act.of(event) for event in history))
        files.place_published(context.store, final)
        payload = {**_hashes(final), "manifest_hash": final.manifest_hash}
        published = record(ledger, release_id, Action.PUBLISH, official, payload, now=now)
        _seal(ledger, final, official, now=now)
        return published


def _seal(ledger: Writer, manifest: Manifest, official: Official, *, now: datetime) -> None:
    """Bind the manifest's hash to the ledger in an envelope, where anyone can check it, and no erasure takes it away.

    The payload of the publication holds the hash as well, but beside the name of a person, which no outsider is given.
    """
    subject = f"{manifest.release}/{manifest.manifest_hash}"
    ledger.append(Draft(official.office, SEALED, subject, "HOUSE-4", {}), now=now)


def withdraw(context: Context, release_id: str, *, actor: str, reason: str, now: datetime) -> Release:
    """Withdraw a release for good: its files and history stay, marked, and are no longer served.

    Args:
        context: The installation.
        release_id: `INDICATORS@1.0.0`.
        actor: Code of the acting official.
        reason: Why, for the public; it must not name a person.
        now: Instant of the act.

    Raises:
        RefusedError: no reason is given, or the actor is unknown or lacks the role.
        TransitionError: the release is withdrawn already or was never proposed.
    """
    dataset, _ = parse_release_id(release_id)
    if not reason.strip():
        raise RefusedError("a withdrawal needs a reason", clause="HOUSE-4", basis=Basis.HOUSE)
    official = context.officials.find(actor)
    with files.dataset_lock(context.store, dataset), context.ledger.writing() as ledger:
        check_act(ledger, release_id, Action.WITHDRAW, official)
        return record(ledger, release_id, Action.WITHDRAW, official, {"reason": reason.strip()}, now=now)


def check_act(ledger: Writer, release_id: str, action: Action, official: Official) -> list[Event]:
    """Check state, role and second person of an act and return the release's events so far.

    Raises:
        TransitionError: the act does not fit the state.
        RefusedError: the official may not do it.
    """
    history = ledger.events(subject=release_id)
    row = transition(release_id, state_after(history), action)
    check_role(ledger, official, row.roles, act=f"have {release_id} {action.value}")
    if row.needs_second_person:
        _check_second_person(ledger, history[0], official)
    return history


def record(
    ledger: Writer, release_id: str, action: Action, official: Official, payload: Mapping[str, object], *, now: datetime
) -> Release:
    """Append the event of an act and return the release as it stands then."""
    row = _row(ledger, release_id, action)
    said = {**official.signature(), **payload}
    ledger.append(Draft(official.office, action.kind, release_id, row.clause, said), now=now)
    return fold(ledger.events(subject=release_id))[0]


def _row(ledger: Writer, release_id: str, action: Action) -> Transition:
    return transition(release_id, state_after(ledger.events(subject=release_id)), action)


def _check_second_person(ledger: Writer, proposal: Event, official: Official) -> None:
    try:
        proposer = ledger.payload(proposal.sequence)
    except NoPayloadError as error:
        raise RefusedError(
            "who proposed the release was erased, so a second person cannot be shown",
            clause="HOUSE-10",
            basis=Basis.HOUSE,
        ) from error
    if official.code == proposer["official"] or official.name == proposer["name"]:
        raise RefusedError("nobody approves what they proposed", clause="HOUSE-10", basis=Basis.HOUSE)


def _unchanged(context: Context, ledger: Writer, dataset: str, version: str) -> Manifest:
    """Return the manifest after checking it and every file against the proposal."""
    proposal = ledger.events(subject=f"{dataset}@{version}")[0]
    manifest = context.store.manifest(dataset, version)
    try:
        proposed = ledger.payload(proposal.sequence)["draft_hash"]
    except NoPayloadError as error:
        raise ManifestError(f"{manifest.release}: what was proposed was erased from the ledger") from error
    if manifest.draft_hash != proposed:
        raise ManifestError(f"{manifest.release}: the manifest is not the one that was proposed")
    context.store.check_files(manifest)
    return manifest


def _hashes(manifest: Manifest) -> dict[str, str]:
    return {"content_hash": manifest.content_hash, "draft_hash": manifest.draft_hash}
