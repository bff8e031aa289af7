"""What the public may see: published releases, by the ledger, with their manifests and structures.

Looked up anew on every request by the ledger's newest sequence, so that a publication or a withdrawal shows at once;
manifests are kept in memory, for they never change.
"""

import threading
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

import polars as pl

from api.problems.problem import ProblemError, bad_parameter, not_found
from governance.context import Context
from governance.ledger.ledger import NoPayloadError
from governance.releases.certified import check_certified
from governance.releases.manifest import Manifest, ManifestError
from governance.releases.read import Release, fold, withdrawal_reason
from governance.releases.states import Action
from governance.releases.versions import VersionError, check_pattern, select


@dataclass(frozen=True)
class Published:
    """A published release, ready to be answered from."""

    context: Context
    release: Release
    manifest: Manifest

    @cached_property
    def structure(self) -> dict[str, Any]:
        """Dimensions, columns, codes and definitions."""
        return self.context.store.structure(self.manifest)

    @property
    def data(self) -> pl.DataFrame:
        """Observations by key."""
        return self.context.store.data(self.manifest)

    @property
    def path(self) -> str:
        """Path of the release in the API."""
        return f"/v1/datasets/{self.release.dataset}/versions/{self.release.version}"

    @property
    def key(self) -> list[str]:
        """Names of the columns that tell observations apart, the period last."""
        return [str(name) for name in self.structure["key"]]

    @property
    def columns(self) -> list[str]:
        """Names of the columns of its data."""
        return [str(column["name"]) for column in self.structure["columns"]]

    @property
    def dimensions(self) -> list[dict[str, Any]]:
        """The dimensions with their codes."""
        found: list[dict[str, Any]] = self.structure["dimensions"]
        return found


class Site:
    """Published releases of one installation; safe to share between threads."""

    def __init__(self, context: Context) -> None:
        """Answer from `context`."""
        self.context = context
        self._lock = threading.Lock()
        self._head = -1
        self._releases: tuple[Release, ...] = ()
        self._published: dict[str, Published] = {}

    def releases(self) -> tuple[Release, ...]:
        """Return every release that was ever published, withdrawn ones too, by dataset and version."""
        with self.context.ledger.reading() as ledger:
            head = ledger.head()
            with self._lock:
                if head == self._head:
                    return self._releases
            releases = tuple(release for release in fold(ledger.events(kind="release.")) if release.published_at)
        with self._lock:
            self._head, self._releases = head, releases
        return releases

    def datasets(self) -> list[Published]:
        """Return the newest published release of each dataset."""
        newest: dict[str, Release] = {}
        for release in self.releases():
            if release.is_visible:
                newest[release.dataset] = release  # releases come by version, so the last one stays
        return [self._open(release) for release in newest.values()]

    def versions(self, dataset: str) -> list[Release]:
        """Return every version of a dataset that was ever published.

        Raises:
            ProblemError: 404, there is none.
        """
        found = [release for release in self.releases() if release.dataset == dataset]
        if not found:
            raise not_found("dataset", f"No dataset {dataset[:40]} is published; /v1/datasets lists them.")
        return found

    def resolve(self, dataset: str, pattern: str = "latest") -> Published:
        """Return the newest published release that a version pattern selects.

        Raises:
            ProblemError: 404 where nothing is published, 400 for a malformed pattern, 410 for a withdrawn version.
        """
        versions = self.versions(dataset)
        try:
            check_pattern(pattern)
        except VersionError as error:
            raise bad_parameter("version", str(error)) from error
        chosen = select((release.version for release in versions if release.is_visible), pattern)
        for release in versions:
            if release.version == chosen:
                return self._open(release)
            if str(release.version) == pattern:
                raise self._gone(release)
        raise not_found("version", f"No published version of {dataset} is {pattern[:40]}.")

    def manifest(self, release: Release) -> Manifest:
        """Return the manifest of a release that was published, checked against its event.

        Raises:
            ManifestError: it is not the manifest that was published.
        """
        return self._open(release).manifest

    def newest(self, dataset: str) -> Published | None:
        """Return the newest published release of a dataset, or `None`."""
        return next((each for each in self.datasets() if each.release.dataset == dataset), None)

    def provenance(self) -> set[str]:
        """Return the provenances of everything that is published now."""
        return {each.manifest.provenance for each in self.datasets()}

    def _open(self, release: Release) -> Published:
        with self._lock:
            known = self._published.get(release.id)
        if known and known.release == release:
            return known
        manifest = self.context.store.manifest(release.dataset, str(release.version))
        self._check_published(release, manifest)
        check_certified(manifest)
        opened = Published(self.context, release, manifest)
        with self._lock:
            self._published[release.id] = opened
        return opened

    def _check_published(self, release: Release, manifest: Manifest) -> None:
        published = (event.sequence for event in release.events if event.kind == Action.PUBLISH.kind)
        try:
            with self.context.ledger.reading() as ledger:
                said = {ledger.payload(sequence)["manifest_hash"] for sequence in published}
        except NoPayloadError:
            return  # erased; the manifest still vouches for its files
        if said != {manifest.manifest_hash}:
            raise ManifestError(f"{release.id}: the manifest is not the one that was published")

    def _gone(self, release: Release) -> ProblemError:
        reason = withdrawal_reason(self.context, release)
        return ProblemError(
            HTTPStatus.GONE,
            "withdrawn",
            "The version was withdrawn",
            f"{release.id} was withdrawn at {release.withdrawn_at}.",
            reason=reason,
            versions=f"/v1/datasets/{release.dataset}/versions",
        )
