"""The manifest of a release: what its files are, what they came from, who let them out. Pure.

Two hashes. The draft hash covers everything known when the release is proposed, and approvals bind to it. The
manifest hash covers that and the approvals; it exists once the release is published.
"""

import hashlib
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from governance.disclosure.certificate import Certificate
from governance.errors import GovernanceError
from governance.ledger.envelope import Event, canonical_bytes

MANIFEST = "manifest.json"


class ManifestError(GovernanceError):
    """Files and manifest of a release do not agree, or not with what was proposed."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Model):
    """One file of a release.

    Attributes:
        name: Name in the folder.
        media_type: What it is.
        sha256: SHA-256 of its bytes, hexadecimal.
        size_bytes: Its length.
        rows: Number of rows, or `None` where it is not a table.
    """

    name: str
    media_type: str
    sha256: str
    size_bytes: int
    rows: int | None


class TableVersion(_Model):
    """A Delta table at the version that was read."""

    layer: Literal["bronze", "silver", "gold"]
    name: str
    version: int


class CodeVersion(_Model):
    """The code that built the release.

    Attributes:
        package: Name of the distribution.
        version: Its version.
        source_hash: SHA-256 over the sources that decide a number.
    """

    package: str
    version: str
    source_hash: str


class DefinitionVersion(_Model):
    """A definition as it was applied."""

    code: str
    version: str


class Act(_Model):
    """An event of the ledger that let the release out; offices only, never persons."""

    sequence: int
    instant: str
    office: str
    kind: str
    clause: str
    commitment: str
    leaf_hash: str

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return the act of an event."""
        return cls(
            sequence=event.sequence,
            instant=event.instant,
            office=event.office,
            kind=event.kind,
            clause=event.clause,
            commitment=event.commitment,
            leaf_hash=event.leaf_hash(),
        )


class Manifest(_Model):
    """What `manifest.json` holds.

    Attributes:
        dataset: Id of the dataset.
        version: Version of the release.
        built_at: Instant of the build.
        provenance: Most restrictive provenance of any row.
        content_hash: Hash of structure and data.
        code: The code that built it.
        definitions: Definitions applied.
        tables: Delta tables read, at their versions.
        files: All files but the manifest.
        certificate: What the gate certifies; `None` in releases from before there were certificates.
        commit: Revision of the repository whose sources `code` hashes; `None` where the code did not run from one.
        draft_hash: Hash of everything above.
        approvals: Proposal and approval, added at publication.
        manifest_hash: Hash of everything above, added at publication.
    """

    dataset: str
    version: str
    built_at: str
    provenance: str
    content_hash: str
    code: CodeVersion
    definitions: tuple[DefinitionVersion, ...]
    tables: tuple[TableVersion, ...]
    files: tuple[FileEntry, ...]
    certificate: Certificate | None = None
    commit: str | None = None
    draft_hash: str = ""
    approvals: tuple[Act, ...] = ()
    manifest_hash: str = ""

    @property
    def release(self) -> str:
        """Id of the release, `INDICATORS@1.0.0`."""
        return f"{self.dataset}@{self.version}"

    def drafted(self) -> Self:
        """Return the manifest with its draft hash, without approvals."""
        bare = self.model_copy(update={"draft_hash": "", "approvals": (), "manifest_hash": ""})
        return bare.model_copy(update={"draft_hash": _hash(bare, {"draft_hash", "approvals", "manifest_hash"})})

    def approved(self, acts: tuple[Act, ...]) -> Self:
        """Return the manifest with approvals and manifest hash."""
        signed = self.model_copy(update={"approvals": acts, "manifest_hash": ""})
        return signed.model_copy(update={"manifest_hash": _hash(signed, {"manifest_hash"})})

    def check(self) -> None:
        """Recompute both hashes.

        Raises:
            ManifestError: the manifest was changed after it was hashed.
        """
        is_draft_sound = self.drafted().draft_hash == self.draft_hash
        is_sound = not self.manifest_hash or self.approved(self.approvals).manifest_hash == self.manifest_hash
        if not (is_draft_sound and is_sound):
            raise ManifestError(f"{self.release}: the manifest does not match its own hash")

    def file(self, name: str) -> FileEntry | None:
        """Return the entry of a file, or `None`."""
        return next((entry for entry in self.files if entry.name == name), None)

    def to_bytes(self) -> bytes:
        """Return the file's bytes."""
        return canonical_bytes(_content(self, set())) + b"\n"


def _hash(manifest: Manifest, without: set[str]) -> str:
    return "sha256:" + hashlib.sha256(canonical_bytes(_content(manifest, without))).hexdigest()


def _content(manifest: Manifest, without: set[str]) -> dict[str, Any]:
    """Return the manifest's content; what it does not have is left out, as before there was any (HOUSE-4)."""
    older = {name for name in ("certificate", "commit") if getattr(manifest, name) is None}
    return manifest.model_dump(mode="json", exclude=without | older)
