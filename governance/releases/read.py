"""Which releases there are and where each stands, by the ledger alone.

Reading only, and without the lake, so that the API can use it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from governance.context import Context
from governance.errors import GovernanceError
from governance.ledger.envelope import Event
from governance.ledger.ledger import NoPayloadError
from governance.releases.manifest import Manifest
from governance.releases.states import Action, State, state_after
from governance.releases.versions import Version

_RELEASE = re.compile(r"([A-Z0-9][A-Z0-9_-]*)@([0-9.]+)")


class UnknownReleaseError(GovernanceError):
    """There is no such release."""


@dataclass(frozen=True)
class Release:
    """One version of a dataset.

    Attributes:
        dataset: Id of the dataset.
        version: Its version.
        state: Where it stands.
        events: Everything that happened to it, in order.
    """

    dataset: str
    version: Version
    state: State
    events: tuple[Event, ...]

    @property
    def id(self) -> str:
        """`INDICATORS@1.0.0`."""
        return f"{self.dataset}@{self.version}"

    @property
    def is_visible(self) -> bool:
        """Tell whether the public may read it."""
        return self.state is State.PUBLISHED

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits for approval or publication."""
        return self.state in (State.PROPOSED, State.APPROVED)

    def event(self, action: Action) -> Event | None:
        """Return the event of an act, or `None` where it has not happened."""
        return next((event for event in self.events if event.kind == action.kind), None)

    @property
    def published_at(self) -> str | None:
        """Instant of publication; kept when the release is withdrawn later."""
        event = self.event(Action.PUBLISH)
        return event.instant if event else None

    @property
    def withdrawn_at(self) -> str | None:
        """Instant of withdrawal."""
        event = self.event(Action.WITHDRAW)
        return event.instant if event else None


@dataclass(frozen=True)
class ReleaseDetails:
    """A release with its manifest and the reason of its withdrawal, where there is one and it was not erased."""

    release: Release
    manifest: Manifest
    reason: str | None


def parse_release_id(text: str) -> tuple[str, Version]:
    """Split `INDICATORS@1.0.0`.

    Raises:
        UnknownReleaseError: the text is no such id.
    """
    match = _RELEASE.fullmatch(text)
    try:
        if match:
            return match[1], Version.parse(match[2])
    except ValueError as error:
        raise UnknownReleaseError(f"{text[:80]!r} is not a release such as INDICATORS@1.0.0") from error
    raise UnknownReleaseError(f"{text[:80]!r} is not a release such as INDICATORS@1.0.0")


def fold(events: Iterable[Event]) -> list[Release]:
    """Return the releases that events lead to, by dataset and version.

    Raises:
        LedgerStateError: the events contradict the transition table.
    """
    by_subject: dict[str, list[Event]] = {}
    for event in events:
        by_subject.setdefault(event.subject, []).append(event)
    states = ((subject, state_after(history)) for subject, history in by_subject.items())
    releases = [
        Release(*parse_release_id(subject), state, tuple(by_subject[subject])) for subject, state in states if state
    ]
    return sorted(releases, key=lambda release: (release.dataset, release.version))


def list_releases(context: Context, dataset: str | None = None) -> list[Release]:
    """Return all releases, or those of one dataset, by dataset and version."""
    with context.ledger.reading() as ledger:
        releases = fold(ledger.events(kind="release."))
    return [release for release in releases if dataset in (None, release.dataset)]


def find_release(context: Context, release_id: str) -> Release:
    """Return one release.

    Raises:
        UnknownReleaseError: there is none.
    """
    dataset, version = parse_release_id(release_id)
    for release in list_releases(context, dataset):
        if release.version == version:
            return release
    raise UnknownReleaseError(f"there is no release {dataset}@{version}")


def show(context: Context, release_id: str) -> ReleaseDetails:
    """Return a release with its manifest.

    Raises:
        UnknownReleaseError: there is none.
        ManifestError: its manifest is missing or was changed.
    """
    release = find_release(context, release_id)
    manifest = context.store.manifest(release.dataset, str(release.version))
    return ReleaseDetails(release, manifest, withdrawal_reason(context, release))


def withdrawal_reason(context: Context, release: Release) -> str | None:
    """Return why a release was withdrawn; `None` where it was not, or the reason was erased."""
    event = release.event(Action.WITHDRAW)
    if event is None:
        return None
    try:
        with context.ledger.reading() as ledger:
            return str(ledger.payload(event.sequence)["reason"])
    except NoPayloadError:
        return None


def newest_visible(releases: Iterable[Release]) -> Release | None:
    """Return the highest published version among releases of one dataset."""
    return max((release for release in releases if release.is_visible), key=lambda each: each.version, default=None)
