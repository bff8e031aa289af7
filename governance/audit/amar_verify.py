"""Check, with this one file and nothing of Amar, that nothing of its ledger and its releases was changed.

It needs Python 3.9 or newer, the package `cryptography` (40 or newer), no network, and a key that you did not get from
the bundle:

    python amar_verify.py verify BUNDLE --key VKEY [--witness VKEY …] [--since KEPT.note …]
    python amar_verify.py inclusion PROOF.json --key VKEY [--checkpoint NOTE --entries ENTRIES.json]
    python amar_verify.py consistency OLD.note NEW.note PROOF.json --key VKEY
    python amar_verify.py release FOLDER [--proof PROOF.json --key VKEY]
    python amar_verify.py cosign NOTE --key VKEY --key-file FILE [--proof CONSISTENCY.json | --bundle BUNDLE]
    python amar_verify.py make-key NAME --key-file FILE

It ends with 0 where all is sound, 1 where something was found, 2 where it could not read what it was given. Findings
name a file, an entry and a rule, never a value.

Formats: RFC 8785 (canonical JSON), RFC 9162 (Merkle tree), C2SP signed-note, tlog-checkpoint and tlog-cosignature.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import csv
import hashlib
import io
import json
import os
import re
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, Optional

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

BUNDLE_FORMAT = "amar-audit-bundle/1"
PROOF_FORMAT = "amar-audit-proof/1"
SOUND, FOUND, UNREADABLE = 0, 1, 2

LOG_KEY, WITNESS_KEY = 1, 4
ENTRIES, PAYLOADS, LISTING, MANIFEST = "entries.jsonl", "payloads.jsonl", "bundle.json", "manifest.json"
ERASED, PUBLISHED, SEALED = "payload.erased", "release.published", "manifest.published"
WITHDRAWN = "release.withdrawn"

_MOST_FINDINGS = 1_000
_LINE_BYTES = 1 << 26
_CHUNK = 1 << 20
_LARGEST = (1 << 53) - 1
_ENVELOPE = {"sequence", "instant", "office", "kind", "subject", "clause", "commitment"}
_ACT = (_ENVELOPE - {"subject"}) | {"leaf_hash"}
_HEX = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_NAME = re.compile(r"[A-Za-z0-9@_-][A-Za-z0-9@._-]*(/[A-Za-z0-9@_-][A-Za-z0-9@._-]*)*")
_NOTE_NAME = re.compile(r"checkpoints/(0|[1-9][0-9]*)\.note")
_RELEASE_NAME = re.compile(r"releases/([A-Z0-9][A-Z0-9_-]*)/([0-9.]+)/([^/]+)")


class Unreadable(Exception):  # noqa: N818  # the name says what the person sees
    """What was given cannot be read at all."""


class Malformed(ValueError):  # noqa: N818
    """Something does not have the form that it must have; says which, without a value."""


class Finding(NamedTuple):
    """Something that does not agree.

    Attributes:
        file: Where it stands.
        entry: Sequence of the ledger entry concerned, or `None`.
        rule: Which rule is broken, in one word.
        message: A sentence.
    """

    file: str
    entry: Optional[int]  # noqa: UP045  # Python 3.9 evaluates it
    rule: str
    message: str

    def line(self) -> str:
        """Return the finding as a line."""
        where = self.file if self.entry is None else f"{self.file}: entry {self.entry}"
        return f"{where}: {self.message} [{self.rule}]"


@dataclass
class Report:
    """What was checked and what was found.

    Attributes:
        findings: What does not agree, at most a thousand.
        count: How many findings there were.
        notes: What is good to know and no fault.
        facts: What was verified.
    """

    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, file: str, rule: str, message: str, entry: int | None = None) -> None:
        """Add a finding."""
        self.count += 1
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(file, entry, rule, message))

    @property
    def is_sound(self) -> bool:
        """Tell whether nothing was found."""
        return not self.count


# --- JSON -----------------------------------------------------------------------------------------------------------

_text_of = json.JSONEncoder(ensure_ascii=False).encode


def parse_json(data: bytes) -> Any:
    """Read JSON of text, integers, booleans, nulls, lists and objects without repeated members.

    Raises:
        Malformed: it is none, or holds a number that is no integer.
    """
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_members, parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, Malformed) else "is not JSON in UTF-8"
        raise Malformed(reason) from None


def canonical(value: Any) -> str:
    """Return the RFC 8785 text of a JSON value without fractions.

    Raises:
        Malformed: the value is none, or an integer is beyond what a JSON number carries.
    """
    if value is None or value is True or value is False:
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, str):
        return _text_of(value)
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise Malformed("holds an integer beyond 2^53")
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join([canonical(item) for item in value]) + "]"
    if isinstance(value, dict):
        names = sorted(value) if "".join(value).isascii() else sorted(value, key=_utf16)
        return "{" + ",".join([_text_of(name) + ":" + canonical(value[name]) for name in names]) + "}"
    raise Malformed("holds something that is not canonical JSON")


def canonical_bytes(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Raises:
        Malformed: the value is no JSON value, or a text is no Unicode.
    """
    try:
        return canonical(value).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        raise Malformed("holds a text that is not Unicode, or is nested too deep") from None


def parse_canonical(data: bytes) -> Any:
    """Read JSON that must stand in its RFC 8785 form with one line end.

    Raises:
        Malformed: it is not JSON, or in another form.
    """
    value = parse_json(data)
    if canonical_bytes(value) + b"\n" != data:
        raise Malformed("is not in canonical form (RFC 8785, one line end)")
    return value


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _no_float(_text: str) -> None:
    raise Malformed("holds a number that is no integer")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("repeats a member")
    return members


def _expect(*, holds: bool, message: str) -> None:
    if not holds:
        raise Malformed(message)


def _object(value: Any, names: Iterable[str], what: str) -> dict[str, Any]:
    _expect(holds=isinstance(value, dict) and set(value) == set(names), message=f"{what} does not have its members")
    return dict(value)


def _is_hex(value: Any) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


# --- keys and signed notes ------------------------------------------------------------------------------------------


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise Malformed("holds a Base64 text that is none") from None
    _expect(holds=base64.b64encode(data).decode() == text, message="holds a Base64 text in another spelling")
    return data


@dataclass(frozen=True)
class Key:
    """A public key with the name it signs under."""

    name: str
    algorithm: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that stand before each signature."""
        return key_id(self.name, self.algorithm, self.public)

    @property
    def vkey(self) -> str:
        """Return the key as text."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.algorithm]) + self.public).decode()}"

    def signs(self, message: bytes, signature: bytes) -> bool:
        """Tell whether this key made a signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """Return the C2SP key id."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


def _is_name(name: str) -> bool:
    return bool(name) and name.isprintable() and not any(sign.isspace() or sign == "+" for sign in name)


def parse_key(text: str, algorithm: int) -> Key:
    """Read a vkey, `<name>+<key id>+<Base64>`.

    Raises:
        Malformed: it is none, of another kind, or its id is not that of the key.
    """
    parts = text.split("+", 2)
    _expect(holds=len(parts) == 3 and _is_name(parts[0]), message="is not a key such as name+01234567+Base64")
    data = _base64(parts[2])
    kind = "the log's (1)" if algorithm == LOG_KEY else "a witness's (4)"
    _expect(holds=len(data) == 33 and data[0] == algorithm, message=f"is not a key of the kind {kind}")
    key = Key(parts[0], algorithm, data[1:])
    _expect(holds=key.key_id.hex() == parts[1], message="is a key whose id is another key's")
    return key


class Signature(NamedTuple):
    """One line of signature under a note."""

    name: str
    key_id: bytes
    data: bytes


@dataclass(frozen=True)
class Note:
    """A checkpoint as it was signed.

    Attributes:
        body: The text that is signed, with its last line end.
        origin: Name of the log.
        size: Number of entries.
        root: Tree head over them.
        signatures: All signatures.
    """

    body: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...]

    def of(self, key: Key) -> list[Signature]:
        """Return the signatures that name a key."""
        return [each for each in self.signatures if (each.name, each.key_id) == (key.name, key.key_id)]


def parse_note(data: bytes) -> Note:
    """Read a signed checkpoint, strictly.

    Raises:
        Malformed: it is none, or in another spelling.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("is not UTF-8") from None
    head, found, tail = text.partition("\n\n")
    lines = head.split("\n")
    _expect(holds=bool(found) and len(lines) == 3, message="is not a checkpoint of three lines")
    _expect(holds=_is_name(lines[0]), message="names no origin")
    _expect(holds=re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]) is not None, message="names no tree size")
    root = _base64(lines[2])
    _expect(holds=len(root) == 32, message="holds no tree head")
    _expect(holds=tail.endswith("\n") and len(tail) > 1, message="is not signed")
    signatures = tuple(_signature(line) for line in tail[:-1].split("\n"))
    _expect(holds=len({each[:2] for each in signatures}) == len(signatures), message="repeats a signature")
    return Note(head + "\n", lines[0], int(lines[1]), root, signatures)


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    _expect(
        holds=len(parts) == 3 and parts[0] == "\u2014" and _is_name(parts[1]), message="has a line that signs nothing"
    )
    data = _base64(parts[2])
    _expect(holds=len(data) > 4, message="has an empty signature")
    return Signature(parts[1], data[:4], data[4:])


def check_log_signature(note: Note, key: Key) -> None:
    """Make sure that the log signed a checkpoint.

    Raises:
        Malformed: it did not.
    """
    _expect(holds=note.origin == key.name, message="is the checkpoint of another log")
    signed = note.of(key)
    _expect(holds=len(signed) == 1, message="is not signed by the key of the log")
    _expect(holds=key.signs(note.body.encode(), signed[0].data), message="has a signature that is not the log's")


def check_cosignature(note: Note, key: Key) -> int | None:
    """Return when a witness signed a checkpoint (seconds since 1970), `None` where it did not.

    Raises:
        Malformed: a signature under the witness's name is not the witness's.
    """
    for each in note.of(key):
        _expect(holds=len(each.data) == 72, message=f"has a cosignature of {key.name} that is none")
        instant = int.from_bytes(each.data[:8], "big")
        message = cosigned_message(instant, note.body)
        _expect(holds=key.signs(message, each.data[8:]), message=f"has a cosignature that is not of {key.name}")
        return instant
    return None


def cosigned_message(instant: int, body: str) -> bytes:
    """Return what a witness signs."""
    return f"cosignature/v1\ntime {instant}\n{body}".encode()


# --- Merkle tree ----------------------------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree head that grows leaf by leaf; keeps as many hashes as the size has digits in base two."""

    def __init__(self) -> None:
        """Begin with no leaf."""
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        node, place = leaf, self.size
        while place & 1:
            node = node_hash(self._peaks.pop(), node)
            place >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the tree head."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        head = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            head = node_hash(peak, head)
        return head


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Verify an inclusion proof (RFC 9162, 2.1.3.2); `index` counts from 0."""
    if not 0 <= index < size:
        return False
    place, last, head = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            head = node_hash(step, head)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            head = node_hash(head, step)
        place, last = place >> 1, last >> 1
    return last == 0 and head == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Verify a consistency proof (RFC 9162, 2.1.4.2)."""
    if old == new or old == 0:
        return not path and (old == 0 or old_root == new_root)
    if not path or old > new:
        return False
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    left = right = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            left, right = node_hash(step, left), node_hash(step, right)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            right = node_hash(right, step)
        place, last = place >> 1, last >> 1
    return last == 0 and left == old_root and right == new_root


# --- envelopes and manifests ----------------------------------------------------------------------------------------


def check_envelope(value: Any) -> dict[str, Any]:
    """Return an envelope that has its form.

    Raises:
        Malformed: it has not.
    """
    envelope = _object(value, _ENVELOPE, "the envelope")
    _expect(holds=_is_count(envelope["sequence"]), message="the envelope's sequence is no number")
    texts = [envelope[name] for name in ("office", "kind", "subject", "clause")]
    _expect(holds=all(isinstance(text, str) and text for text in texts), message="a member of the envelope is no text")
    _expect(holds=_is_hex(envelope["commitment"]), message="the envelope's commitment is no hash")
    _expect(holds=_is_instant(envelope["instant"]), message="the envelope's instant is none")
    return envelope


def _is_instant(text: Any) -> bool:
    if not isinstance(text, str) or _INSTANT.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text[:-1] + "+00:00")
    except ValueError:
        return False
    return True


@dataclass
class Released:
    """A release as its folder holds it, and what the ledger must say of it.

    Attributes:
        file: Where its manifest stands.
        manifest: The manifest.
    """

    file: str
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        """Return `DATASET@VERSION`."""
        return f"{self.manifest['dataset']}@{self.manifest['version']}"

    @property
    def seal(self) -> str:
        """Return the subject of the event that seals the manifest."""
        return f"{self.id}/{self.manifest['manifest_hash']}"

    def acts(self) -> dict[int, str]:
        """Return the leaf hash of each approval by its sequence."""
        return {act["sequence"]: act["leaf_hash"] for act in self.manifest["approvals"]}


def check_manifest(manifest: Any) -> dict[str, Any]:
    """Return a published manifest whose hashes and approvals are its own.

    Raises:
        Malformed: they are not.
    """
    names = {"dataset", "version", "files", "approvals", "draft_hash", "manifest_hash"}
    _expect(holds=isinstance(manifest, dict) and names <= set(manifest), message="the manifest lacks members")
    _expect(holds=all(isinstance(manifest[name], str) for name in ("dataset", "version")), message="names no release")
    for name, without in (
        ("draft_hash", {"draft_hash", "approvals", "manifest_hash"}),
        ("manifest_hash", {"manifest_hash"}),
    ):
        content = {key: value for key, value in manifest.items() if key not in without}
        digest = "sha256:" + hashlib.sha256(canonical_bytes(content)).hexdigest()
        _expect(holds=manifest[name] == digest, message=f"the manifest's own {name} is not that of its content")
    release = f"{manifest['dataset']}@{manifest['version']}"
    _expect(holds=isinstance(manifest["approvals"], list), message="the manifest has no list of approvals")
    for act in manifest["approvals"]:
        envelope = {**_object(act, _ACT, "an approval"), "subject": release}
        envelope.pop("leaf_hash")
        leaf = leaf_hash(canonical_bytes(check_envelope(envelope))).hex()
        _expect(holds=leaf == act["leaf_hash"], message="an approval's leaf hash is not that of its act")
    kinds = [act["kind"] for act in manifest["approvals"]]
    _expect(
        holds="release.proposed" in kinds and "release.approved" in kinds[kinds.index("release.proposed") :],
        message="the manifest was not proposed and then approved",
    )
    listed = [_file_entry(entry) for entry in manifest["files"]] if isinstance(manifest["files"], list) else []
    _expect(holds=bool(listed) and len(set(listed)) == len(listed), message="the manifest's list of files is none")
    return dict(manifest)


def _file_entry(entry: Any) -> str:
    _expect(
        holds=isinstance(entry, dict) and {"name", "sha256", "size_bytes"} <= set(entry), message="a file lacks members"
    )
    name = entry["name"]
    _expect(holds=isinstance(name, str) and _NAME.fullmatch(name) is not None, message="a file has no name")
    _expect(holds=_is_hex(entry["sha256"]) and _is_count(entry["size_bytes"]), message="a file has no hash or size")
    return str(name)


# --- where files come from ------------------------------------------------------------------------------------------


class Folder:
    """A bundle or a release in a folder."""

    def __init__(self, root: Path) -> None:
        """Read under `root`."""
        self._root = root

    def names(self) -> list[str]:
        """Return the names of all files.

        Raises:
            Unreadable: there is a link or something else that is no file.
        """
        found = []
        for path in sorted(self._root.rglob("*")):
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise Unreadable(f"{path} is no plain file")
            if path.is_file():
                found.append(path.relative_to(self._root).as_posix())
        return found

    def open(self, name: str) -> BinaryIO:
        """Open a file."""
        return (self._root / name).open("rb")


class Zipped:
    """A bundle in a ZIP file."""

    def __init__(self, path: Path) -> None:
        """Read in `path`.

        Raises:
            Unreadable: it is no ZIP file.
        """
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, struct.error) as error:
            raise Unreadable(f"{path} is neither a folder nor a ZIP file that can be read") from error

    def names(self) -> list[str]:
        """Return the names of all files.

        Raises:
            Unreadable: a name is there twice.
        """
        names = [name for name in self._zip.namelist() if not name.endswith("/")]
        if len(set(names)) != len(names):
            raise Unreadable("the ZIP file holds a name twice")
        return sorted(names)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file.

        Raises:
            Unreadable: the ZIP file is damaged there.
        """
        try:
            with self._zip.open(name) as file:
                yield file
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise Unreadable(f"the ZIP file is damaged at {name}") from error


Files = Any
"""Something with `names()` and `open(name)`: `Folder`, `Zipped`."""


def open_files(path: Path) -> Files:
    """Open a bundle.

    Raises:
        Unreadable: there is none.
    """
    if path.is_dir():
        return Folder(path)
    return Zipped(path)


def read(files: Files, name: str) -> bytes:
    """Return a small file's bytes.

    Raises:
        Malformed: it is too large.
    """
    with files.open(name) as file:
        data: bytes = file.read(_LINE_BYTES + 1)
    _expect(holds=len(data) <= _LINE_BYTES, message="is too large")
    return data


def digest_of(files: Files, name: str) -> tuple[str, int]:
    """Return the SHA-256 and the length of a file."""
    digest, size = hashlib.sha256(), 0
    with files.open(name) as file:
        while True:
            chunk = file.read(_CHUNK)
            if not chunk:
                return digest.hexdigest(), size
            digest.update(chunk)
            size += len(chunk)


def _lines(files: Files, name: str) -> Iterator[bytes]:
    with files.open(name) as file:
        while True:
            line = file.readline(_LINE_BYTES)
            if not line:
                return
            yield line


# --- a bundle -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trust:
    """What the auditor brings along, from elsewhere than the bundle.

    Attributes:
        key: Key of the log.
        witnesses: Keys of witnesses.
        kept: Checkpoints kept from before, by file name.
        needs_witness: Whether the newest checkpoint must bear a cosignature of one of `witnesses`.
    """

    key: Key
    witnesses: tuple[Key, ...] = ()
    kept: tuple[tuple[str, Note], ...] = ()
    needs_witness: bool = False


@dataclass
class Said:
    """What the ledger says of the releases of a bundle or a proof.

    Attributes:
        leaves: Leaf hash of each entry that a manifest cites, by sequence.
        acts: Envelopes of the acts on each release and of the seals of its manifest.
        payloads: What acts said, where it is held, by sequence.
    """

    leaves: dict[int, str] = field(default_factory=dict)
    acts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    payloads: dict[int, dict[str, Any]] = field(default_factory=dict)

    def keep(self, envelope: dict[str, Any]) -> bool:
        """Keep an envelope where it is an act on a release; tells whether it is."""
        if envelope["kind"] != SEALED and not envelope["kind"].startswith("release."):
            return False
        self.acts.setdefault(envelope["subject"].partition("/")[0], []).append(envelope)
        return True


def check_release_acts(report: Report, release: Released, said: Said) -> None:
    """Check a manifest against what the ledger says: approvals, publication, and the seal of the manifest's hash."""
    for sequence, leaf in release.acts().items():
        if said.leaves.get(sequence) != leaf:
            report.add(
                release.file, "approval", "an approval of the manifest is not that entry of the ledger", sequence
            )
    acts = said.acts.get(release.id, [])
    if not any(act["kind"] == PUBLISHED for act in acts):
        report.add(release.file, "publication", f"no entry at hand says that {release.id} was published")
    if any(act["kind"] == WITHDRAWN for act in acts):
        report.notes.append(f"{release.id} was withdrawn after its publication")
    bound = sum(_check_bound(report, release, act, said.payloads.get(act["sequence"], {})) for act in acts)
    if not bound:
        report.add(release.file, "seal", "no entry at hand binds the manifest to the ledger")


def _check_bound(report: Report, release: Released, act: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Check a manifest against one act; tells whether the act says what the manifest's hash is."""
    if act["kind"] == SEALED and act["subject"] != release.seal:
        report.add(release.file, "seal", "the entry seals another manifest of this release", act["sequence"])
    for name in ("draft_hash", "content_hash", "manifest_hash"):
        if name in payload and payload[name] != release.manifest.get(name):
            report.add(release.file, "payload", f"its {name} is not the one that the entry records", act["sequence"])
    return act["kind"] == SEALED or "manifest_hash" in payload


def check_release_files(report: Report, files: Files, held: Mapping[str, str], release: Released) -> None:
    """Check the files of a release against its manifest; `held` maps their names to where they stand."""
    listed = {entry["name"]: entry for entry in release.manifest["files"]}
    for name in sorted(set(held) - set(listed) - {MANIFEST}):
        report.add(held[name], "release", f"is not in the manifest of {release.id}")
    for name, entry in listed.items():
        if name not in held:
            report.add(release.file, "release", f"the file {name} of {release.id} is missing")
        elif digest_of(files, held[name]) != (entry["sha256"], entry["size_bytes"]):
            report.add(held[name], "release", f"is not the file that the manifest of {release.id} lists")


class Payloads:
    """Payloads of a bundle, read side by side with its entries."""

    def __init__(self, files: Files, report: Report) -> None:
        """Begin before the first."""
        self._report = report
        self._found = self._parsed(files)
        self._next = next(self._found, None)

    def of(self, sequence: int) -> tuple[bytes, bytes] | None:
        """Return salt and payload of an entry, `None` where there are none; ask in order."""
        while self._next is not None and self._next[0] < sequence:
            self._stray()
        if self._next is None or self._next[0] != sequence:
            return None
        found, self._next = self._next, next(self._found, None)
        return found[1], found[2]

    def end(self) -> None:
        """Report what is left over."""
        while self._next is not None:
            self._stray()

    def _stray(self) -> None:
        if self._next is not None:
            message = "there is no such entry, or the payload is not in its place"
            self._report.add(PAYLOADS, "sequence", message, self._next[0])
        self._next = next(self._found, None)

    def _parsed(self, files: Files) -> Iterator[tuple[int, bytes, bytes]]:
        for number, line in enumerate(_lines(files, PAYLOADS), start=1):
            try:
                value = _object(parse_canonical(line), {"sequence", "salt", "payload"}, "the line")
                _expect(
                    holds=_is_count(value["sequence"]) and _is_hex(value["salt"]), message="has no sequence or salt"
                )
                _expect(holds=isinstance(value["payload"], str), message="has no payload")
                text = value["payload"].encode("utf-8")
                parsed = parse_json(text)
                _expect(holds=isinstance(parsed, dict), message="holds a payload that is no object")
                _expect(holds=canonical_bytes(parsed) == text, message="holds a payload in another form")
                yield value["sequence"], bytes.fromhex(value["salt"]), text
            except Malformed as error:
                self._report.add(PAYLOADS, "payload", f"line {number} {error}")


def parse_entry(line: bytes) -> tuple[int, bytes, dict[str, Any] | None]:
    """Read a line of entries: sequence, leaf hash, and the envelope or `None` where it is withheld.

    Raises:
        Malformed: it is none, or the leaf hash is not that of the envelope.
    """
    value = _object(parse_json(line), {"sequence", "leaf_hash", "envelope"}, "the line")
    _expect(holds=_is_count(value["sequence"]) and _is_hex(value["leaf_hash"]), message="has no sequence or leaf hash")
    envelope = None if value["envelope"] is None else check_envelope(value["envelope"])
    text = canonical(envelope)
    spelled = f'{{"envelope":{text},"leaf_hash":"{value["leaf_hash"]}","sequence":{value["sequence"]}}}\n'
    try:
        _expect(holds=spelled.encode("utf-8") == line, message="is not in canonical form (RFC 8785, one line end)")
    except UnicodeEncodeError:
        raise Malformed("holds a text that is not Unicode") from None
    leaf = bytes.fromhex(value["leaf_hash"])
    if envelope is not None:
        _expect(holds=envelope["sequence"] == value["sequence"], message="the envelope has another sequence")
        _expect(holds=leaf_hash(text.encode("utf-8")) == leaf, message="the leaf hash is not that of the envelope")
    return value["sequence"], leaf, envelope


class Bundle:
    """Checks one bundle."""

    def __init__(self, files: Files, trust: Trust) -> None:
        """Check `files` by `trust`."""
        self._files, self._trust = files, trust
        self.report = Report()
        self._listing: dict[str, Any] = {}
        self._notes: dict[str, Note] = {}
        self._releases: list[Released] = []
        self._cited: set[int] = set()
        self._said = Said()
        self._erased: dict[int, int] = {}
        self._absent = bytearray()

    def check(self) -> Report:
        """Check everything, as far as it can be read.

        Raises:
            Unreadable: this is no bundle.
        """
        names = self._files.names()
        if LISTING not in names:
            raise Unreadable("there is no bundle.json: this is no bundle")
        try:
            self._listing = check_listing(parse_canonical(read(self._files, LISTING)), self._trust.key)
        except Malformed as error:
            self.report.add(LISTING, "listing", str(error))
            return self.report
        self._check_files(set(names))
        for name in names:
            if _NOTE_NAME.fullmatch(name):
                self._check_note(name)
        self._read_releases(names)
        if ENTRIES in names:
            self._check_roots(self._check_entries(has_payloads=PAYLOADS in names))
            self._check_erasures()
            for release in self._releases:
                check_release_acts(self.report, release, self._said)
        self._tell_witnesses()
        return self.report

    def _check_files(self, names: set[str]) -> None:
        listed = {entry["name"]: (entry["sha256"], entry["bytes"]) for entry in self._listing["files"]}
        for name in sorted(names - set(listed) - {LISTING}):
            self.report.add(name, "listing", "is not in bundle.json")
        for name, expected in listed.items():
            if name not in names:
                self.report.add(name, "listing", "is in bundle.json and not in the bundle")
            elif digest_of(self._files, name) != expected:
                self.report.add(name, "listing", "is not the file that bundle.json lists")
            if name not in (ENTRIES, PAYLOADS) and not _NOTE_NAME.fullmatch(name) and not _RELEASE_NAME.fullmatch(name):
                self.report.add(name, "listing", "has no place in a bundle, by bundle.json or not")
        is_auditors = self._listing["audience"] == "auditor"
        for name in sorted(({ENTRIES, PAYLOADS} if is_auditors else {ENTRIES}) - names):
            self.report.add(name, "listing", f"is missing from a bundle whose audience is {self._listing['audience']}")
        if not is_auditors and PAYLOADS in names:
            self.report.add(PAYLOADS, "audience", "is in a bundle that is for the public by bundle.json")

    def _check_note(self, name: str) -> None:
        listed = [parse_key(vkey, WITNESS_KEY) for vkey in self._listing["witnesses"]]
        known = {(key.name, key.key_id) for key in (self._trust.key, *listed)}
        try:
            note = parse_note(read(self._files, name))
            _expect(holds=name == f"checkpoints/{note.size}.note", message="is the checkpoint of another size")
            check_log_signature(note, self._trust.key)
            for each in note.signatures:
                _expect(holds=each[:2] in known, message="bears a signature of nobody whom bundle.json names")
            for witness in listed:
                check_cosignature(note, witness)
            _expect(holds=note.size <= self._listing["tree_size"], message="is of a larger tree than bundle.json says")
        except Malformed as error:
            self.report.add(name, "checkpoint", str(error))
        else:
            self._notes[name] = note

    def _witnesses(self) -> list[Key]:
        named = [parse_key(vkey, WITNESS_KEY) for vkey in self._listing["witnesses"]]
        return list({key.vkey: key for key in (*named, *self._trust.witnesses)}.values())

    def _read_releases(self, names: Iterable[str]) -> None:
        folders: dict[str, dict[str, str]] = {}
        for name in names:
            match = _RELEASE_NAME.fullmatch(name)
            if match:
                folders.setdefault(f"{match[1]}@{match[2]}", {})[match[3]] = name
        for release, held in folders.items():
            at = held.get(MANIFEST)
            if at is None:
                self.report.add(min(held.values()), "manifest", "stands in a release without a manifest.json")
                continue
            try:
                found = Released(at, check_manifest(parse_canonical(read(self._files, at))))
                _expect(holds=found.id == release, message="is the manifest of another release")
            except Malformed as error:
                self.report.add(at, "manifest", str(error))
                continue
            check_release_files(self.report, self._files, held, found)
            self._releases.append(found)
            self._cited |= set(found.acts())

    def _check_entries(self, *, has_payloads: bool) -> dict[int, bytes]:
        """Stream entries and payloads side by side; return the tree head at each size that is asked for."""
        tree, roots = Tree(), {}
        sizes = {note.size for note in self._notes.values()} | {note.size for _, note in self._trust.kept}
        payloads = Payloads(self._files, self.report) if has_payloads else None
        for number, line in enumerate(_lines(self._files, ENTRIES), start=1):
            if tree.size in sizes:
                roots[tree.size] = tree.root()
            tree.append(self._check_entry(number, line, payloads))
        roots[tree.size] = tree.root()
        if tree.size != self._listing["tree_size"]:
            message = f"holds {tree.size} entries, bundle.json says {self._listing['tree_size']}"
            self.report.add(ENTRIES, "size", message)
        if payloads is not None:
            payloads.end()
        self.report.facts.update(tree_size=tree.size, root_hash=tree.root().hex())
        return roots

    def _check_entry(self, number: int, line: bytes, payloads: Payloads | None) -> bytes:
        held = payloads.of(number) if payloads else None
        self._absent.append(held is None)
        try:
            sequence, leaf, envelope = parse_entry(line)
        except Malformed as error:
            self.report.add(ENTRIES, "entry", f"line {number}: {error}", number)
            return bytes(32)
        if sequence != number:
            self.report.add(ENTRIES, "sequence", f"the entry of line {number} has the sequence {sequence}", number)
        if number in self._cited:
            self._said.leaves[number] = leaf.hex()
        if envelope is None:
            if self._listing["audience"] == "auditor":
                self.report.add(
                    ENTRIES, "envelope", "the envelope is withheld, though bundle.json says auditor", number
                )
            return leaf
        self._keep(number, envelope, held)
        return leaf

    def _keep(self, number: int, envelope: dict[str, Any], held: tuple[bytes, bytes] | None) -> None:
        """Check the payload against the commitment, and keep what releases and erasures need later."""
        if envelope["kind"] == ERASED:
            match = re.fullmatch(r"ledger/([1-9][0-9]{0,15})", envelope["subject"])
            if match and int(match[1]) < number:
                self._erased[int(match[1])] = number
        is_act = self._said.keep(envelope)
        if held is None:
            return
        if hashlib.sha256(held[0] + held[1]).hexdigest() != envelope["commitment"]:
            self.report.add(PAYLOADS, "commitment", "the payload is not the one that was committed to", number)
        elif is_act:
            self._said.payloads[number] = parse_json(held[1])

    def _check_erasures(self) -> None:
        """Make sure that exactly those payloads are gone of which an entry says that they were erased."""
        if self._listing["audience"] != "auditor":
            return
        for number, absent in enumerate(self._absent, start=1):
            if absent and number not in self._erased:
                self.report.add(
                    PAYLOADS, "missing", "the payload is missing and no entry says that it was erased", number
                )
        for number, by in self._erased.items():
            if not self._absent[number - 1]:
                self.report.add(
                    PAYLOADS, "erased", f"the payload is there though entry {by} says it was erased", number
                )
        self.report.facts["erased"] = len(self._erased)

    def _check_roots(self, roots: Mapping[int, bytes]) -> None:
        for name, note in self._notes.items():
            if roots.get(note.size) != note.root:
                self.report.add(ENTRIES, "root", f"the first {note.size} entries are not those that {name} signs")
        for name, note in self._trust.kept:
            if note.size > self._listing["tree_size"]:
                self.report.add(
                    name, "rollback", "you kept a checkpoint of more entries than bundle.json has: it was cut"
                )
            elif roots.get(note.size) != note.root:
                message = (
                    f"the first {note.size} entries of {ENTRIES} are not those of this checkpoint: the log was forked"
                )
                self.report.add(name, "fork", message)

    def _tell_witnesses(self) -> None:
        newest = self._notes.get(f"checkpoints/{self._listing['tree_size']}.note")
        if newest is None:
            self.report.add(LISTING, "checkpoint", "its tree size has no sound checkpoint in checkpoints/")
            return
        signed = {key.name: check_cosignature(newest, key) for key in self._witnesses()}
        names = sorted(name for name, instant in signed.items() if instant is not None)
        self.report.facts.update(checkpoints=len(self._notes), releases=len(self._releases), witnesses=names)
        trusted = {key.name for key in self._trust.witnesses}
        tell_witnesses(
            self.report, f"checkpoints/{newest.size}.note", names, trusted, needs_witness=self._trust.needs_witness
        )


def tell_witnesses(report: Report, file: str, names: Sequence[str], trusted: set[str], *, needs_witness: bool) -> None:
    """Say who cosigned the newest checkpoint; none is a fault only where one is asked for."""
    if not names:
        report.notes.append(f"{file}: no known witness cosigned it; nothing but your own copies shows a forked log")
    for name in names:
        whose = "whom you name" if name in trusted else "whom only the bundle names: get this key elsewhere"
        report.notes.append(f"{file}: cosigned by {name}, {whose}")
    if needs_witness and not trusted.intersection(names):
        report.add(file, "witness", "none of the witnesses whom you name cosigned it")


def check_listing(value: Any, key: Key) -> dict[str, Any]:
    """Return a bundle's list of itself in its form.

    Raises:
        Malformed: it has another form, or is the bundle of another log.
    """
    names = {"format", "origin", "tree_size", "audience", "vkey", "witnesses", "files"}
    listing = _object(value, names, "the list")
    _expect(holds=listing["format"] == BUNDLE_FORMAT, message=f"is not in the format {BUNDLE_FORMAT}")
    _expect(holds=listing["vkey"] == key.vkey, message="is the bundle of a log with another key than --key")
    _expect(holds=listing["origin"] == key.name, message="is the bundle of a log with another origin")
    _expect(holds=_is_count(listing["tree_size"]) and listing["tree_size"] > 0, message="names no tree size")
    _expect(holds=listing["audience"] in ("public", "auditor"), message="names no audience")
    _expect(holds=isinstance(listing["witnesses"], list), message="names no witnesses")
    for vkey in listing["witnesses"]:
        _expect(holds=isinstance(vkey, str), message="names a witness that is none")
        parse_key(vkey, WITNESS_KEY)
    _expect(holds=isinstance(listing["files"], list), message="has no list of files")
    for each in listing["files"]:
        entry = _object(each, {"name", "sha256", "bytes"}, "a file of the list")
        _expect(holds=isinstance(entry["name"], str) and bool(_NAME.fullmatch(entry["name"])), message="names no file")
        _expect(holds=_is_hex(entry["sha256"]) and _is_count(entry["bytes"]), message="has a file without hash or size")
    listed = [entry["name"] for entry in listing["files"]]
    _expect(holds=listed == sorted(set(listed)), message="lists files twice or out of order")
    return listing


def verify_bundle(files: Files, trust: Trust) -> Report:
    """Check a bundle.

    Raises:
        Unreadable: it is none.
    """
    return Bundle(files, trust).check()


# --- a proof --------------------------------------------------------------------------------------------------------


def verify_proof(data: bytes, trust: Trust, *, file: str) -> tuple[Report, Released | None]:
    """Check a proof; returns the release that it proves, where it proves one."""
    report = Report()
    try:
        return report, _check_proof(report, data, trust, file)
    except Malformed as error:
        report.add(file, "proof", str(error))
    return report, None


def _check_proof(report: Report, data: bytes, trust: Trust, file: str) -> Released | None:
    names = {"format", "origin", "vkey", "checkpoint", "entries", "manifest", "observation"}
    proof = _object(parse_canonical(data), names, "the proof")
    _expect(holds=proof["format"] == PROOF_FORMAT, message=f"is not in the format {PROOF_FORMAT}")
    _expect(holds=proof["vkey"] == trust.key.vkey, message="is the proof of a log with another key than --key")
    _expect(holds=proof["origin"] == trust.key.name, message="is the proof of a log with another origin")
    _expect(holds=isinstance(proof["checkpoint"], str), message="holds no checkpoint")
    note = parse_note(_encoded(proof["checkpoint"]))
    check_log_signature(note, trust.key)
    _expect(holds=isinstance(proof["entries"], list) and bool(proof["entries"]), message="holds no entry")
    said = Said()
    for each in proof["entries"]:
        sequence, leaf, envelope = _check_inclusion(each, note)
        said.leaves[sequence] = leaf
        if envelope is not None:
            said.keep(envelope)
    for name, kept in trust.kept:
        if kept.size > note.size or (kept.size == note.size and kept.root != note.root):
            report.add(name, "fork", f"the checkpoint that you kept is not one that {file} continues")
        elif kept.size < note.size:
            report.notes.append(f"{name}: that {file} continues it is shown by a bundle, or by: consistency")
    names_signed = [key.name for key in trust.witnesses if check_cosignature(note, key) is not None]
    tell_witnesses(report, file, names_signed, set(names_signed), needs_witness=trust.needs_witness)
    known = {(key.name, key.key_id) for key in (trust.key, *trust.witnesses)}
    unknown = sorted({each.name for each in note.signatures if each[:2] not in known})
    report.notes.extend(f"{file}: a signature of {name} is not checked: you name no such key" for name in unknown)
    report.facts.update(tree_size=note.size, root_hash=note.root.hex(), entries=sorted(said.leaves))
    released = None
    if proof["manifest"] is not None:
        released = Released(file, check_manifest(proof["manifest"]))
        check_release_acts(report, released, said)
        report.facts.update(
            release=released.id, files={each["name"]: each["sha256"] for each in released.manifest["files"]}
        )
    _check_observation(report, proof["observation"], released)
    return released


def _check_inclusion(value: Any, note: Note) -> tuple[int, str, dict[str, Any] | None]:
    each = _object(value, {"sequence", "leaf_hash", "envelope", "hashes"}, "an entry of the proof")
    line = canonical_bytes({name: each[name] for name in ("sequence", "leaf_hash", "envelope")}) + b"\n"
    sequence, leaf, envelope = parse_entry(line)
    path = hashes(each["hashes"])
    is_in = is_included(leaf, sequence - 1, note.size, path, note.root)
    _expect(holds=is_in, message=f"does not show that entry {sequence} is in the checkpoint's tree")
    return sequence, leaf.hex(), envelope


def hashes(value: Any) -> list[bytes]:
    """Read a path of a proof.

    Raises:
        Malformed: it is none.
    """
    _expect(holds=isinstance(value, list) and all(_is_hex(each) for each in value), message="holds no path of hashes")
    return [bytes.fromhex(each) for each in value]


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("holds a text that is not Unicode") from None


def _check_observation(report: Report, observation: Any, release: Released | None) -> None:
    if observation is None:
        return
    _expect(holds=isinstance(observation, str) and release is not None, message="proves an observation of no release")
    if release is not None and observation.partition("/")[0] != release.id:
        raise Malformed("proves an observation of another release")
    report.facts["observation"] = observation


def verify_answered(proof: Any, note: Note, entries: Any, *, file: str) -> Report:
    """Check an inclusion proof as `/v1/ledger/proof/inclusion` gives it, with an answer of `/v1/ledger/entries`."""
    report = Report()
    try:
        names = {"sequence", "tree_size", "leaf_hash", "root_hash", "hashes"}
        told = _object(proof, names, "the proof")
        _expect(holds=told["tree_size"] == note.size, message="is for another size than that of the checkpoint")
        held = entries.get("entries") if isinstance(entries, dict) else None
        entry = {"sequence": told["sequence"], "leaf_hash": told["leaf_hash"], "envelope": None}
        if held is not None:
            found = [each for each in held if isinstance(each, dict) and each.get("sequence") == told["sequence"]]
            _expect(holds=len(found) == 1, message="is for an entry that the entries do not hold")
            _expect(
                holds=found[0].get("leaf_hash") == told["leaf_hash"], message="is for another leaf than the entry's"
            )
            entry = _object(found[0], entry, "the entry")
        _, leaf, envelope = _check_inclusion({**entry, "hashes": told["hashes"]}, note)
        report.facts.update(tree_size=note.size, entries=[told["sequence"]], leaf_hash=leaf)
        if envelope is None:
            report.notes.append(f"{file}: shows that the leaf is in the tree, not what the entry says")
    except Malformed as error:
        report.add(file, "proof", str(error))
    return report


def verify_consistency(old: Note, new: Note, proof: Any, *, file: str) -> Report:
    """Check that a checkpoint continues an older one, by a proof as `/v1/ledger/proof/consistency` gives it."""
    report = Report()
    try:
        path = hashes(proof.get("hashes") if isinstance(proof, dict) else None)
        holds = old.origin == new.origin and is_consistent(old.size, new.size, old.root, new.root, path)
        _expect(holds=holds, message=f"does not show that {new.size} entries begin with the {old.size} of before")
        report.facts.update(old_size=old.size, new_size=new.size)
    except Malformed as error:
        report.add(file, "fork", str(error))
    return report


# --- a release ------------------------------------------------------------------------------------------------------


def verify_release(folder: Path, proof: tuple[bytes, str, Trust] | None) -> Report:
    """Check the files of a release against their manifest and, with a proof, the manifest against the ledger.

    Raises:
        Unreadable: the folder holds no release.
    """
    files = Folder(folder)
    held = {name: name for name in files.names()}
    if MANIFEST not in held:
        raise Unreadable(f"{folder} holds no manifest.json")
    report = Report()
    try:
        release = Released(MANIFEST, check_manifest(parse_canonical(read(files, MANIFEST))))
    except Malformed as error:
        report.add(MANIFEST, "manifest", str(error))
        return report
    check_release_files(report, files, held, release)
    report.facts.update(release=release.id, manifest_hash=release.manifest["manifest_hash"])
    if proof is None:
        report.notes.append("nothing binds the manifest to the ledger: give --proof and --key")
        return report
    data, name, trust = proof
    proven, of = verify_proof(data, trust, file=name)
    report.count += proven.count
    report.findings += proven.findings
    report.notes += proven.notes
    report.facts = {**proven.facts, **report.facts}
    if of is None or of.manifest != release.manifest:
        report.add(MANIFEST, "proof", f"is not the manifest that {name} proves")
    _find_observation(report, folder, held)
    return report


def _find_observation(report: Report, folder: Path, held: Mapping[str, str]) -> None:
    """Make sure that the observation of the proof is a row of the release's CSV file."""
    wanted = report.facts.get("observation")
    if wanted is None or "data.csv" not in held:
        return
    try:
        with (folder / "data.csv").open(encoding="utf-8", newline="") as file:
            rows = sum(row.get("OBSERVATION_ID") == wanted for row in csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error):
        report.add("data.csv", "observation", "is not a CSV file in UTF-8")
        return
    if rows != 1:
        report.add("data.csv", "observation", f"holds {rows} rows of the observation that the proof names")


# --- a witness ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signer:
    """A witness with its private key and the checkpoint it signed last."""

    key: Key
    private: Ed25519PrivateKey
    state: Path


def make_key(name: str, path: Path) -> Key:
    """Make a witness's key and write it for its owner alone.

    Raises:
        Malformed: the name is none.
        Unreadable: the file is there already or cannot be written.
    """
    _expect(holds=_is_name(name), message="a witness's name has no spaces and no plus sign")
    private = Ed25519PrivateKey.generate()
    public = Key(name, WITNESS_KEY, private.public_key().public_bytes_raw())
    seed = base64.b64encode(bytes([WITNESS_KEY]) + private.private_bytes_raw()).decode()
    text = f"PRIVATE+KEY+{name}+{public.key_id.hex()}+{seed}\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return public


def open_signer(path: Path) -> Signer:
    """Open a witness's key.

    Raises:
        Malformed: the file holds none.
    """
    parts = path.read_bytes().decode("utf-8", "replace").strip().split("+", 4)
    _expect(holds=len(parts) == 5 and parts[:2] == ["PRIVATE", "KEY"], message="the key file holds no witness's key")
    seed = _base64(parts[4])
    _expect(holds=len(seed) == 33 and seed[0] == WITNESS_KEY, message="the key file holds no witness's key")
    private = Ed25519PrivateKey.from_private_bytes(seed[1:])
    key = Key(parts[2], WITNESS_KEY, private.public_key().public_bytes_raw())
    _expect(holds=key.key_id.hex() == parts[3], message="the key file's id is not that of its key")
    return Signer(key, private, path.with_name(path.name + ".last"))


def cosign(
    note: Note, log: Key, signer: Signer, *, path: Sequence[bytes] | None, tree: Mapping[int, bytes], now: int
) -> str:
    """Return the line that cosigns a checkpoint; the witness remembers it before it signs.

    Args:
        note: The checkpoint.
        log: The log's key.
        signer: The witness.
        path: Consistency proof from the checkpoint signed last, where there is one.
        tree: Tree heads that were computed from a bundle, by size; enough instead of a proof.
        now: Seconds since 1970.

    Raises:
        Malformed: the log did not sign it, or it does not continue what the witness signed before.
    """
    check_log_signature(note, log)
    if signer.state.exists():
        last = parse_note(signer.state.read_bytes())
        _expect(holds=last.origin == note.origin, message="is of another log than the witness signed before")
        _expect(holds=note.size >= last.size, message=f"is older than the {last.size} entries that were signed before")
        is_rebuilt = tree.get(last.size) == last.root and tree.get(note.size) == note.root
        is_shown = is_consistent(last.size, note.size, last.root, note.root, path or ())
        _expect(holds=is_rebuilt or is_shown, message=f"is not shown to continue the {last.size} entries signed before")
    _remember(signer.state, note)
    signature = now.to_bytes(8, "big") + signer.private.sign(cosigned_message(now, note.body))
    return f"\u2014 {signer.key.name} {base64.b64encode(signer.key.key_id + signature).decode()}\n"


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Keep another signing of the same witness out, which could sign a fork meanwhile."""
    lock = state.with_name(state.name + ".lock")
    try:
        os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Unreadable(f"{lock} is there: the witness signs elsewhere, or was interrupted; then remove it") from None
    try:
        yield
    finally:
        lock.unlink()


def _remember(path: Path, note: Note) -> None:
    """Keep the checkpoint that is about to be signed, safely on the disk."""
    lines = (f"\u2014 {each.name} {base64.b64encode(each.key_id + each.data).decode()}\n" for each in note.signatures)
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write((note.body + "\n" + "".join(lines)).encode())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- the command line -----------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (Malformed, Unreadable, OSError) as error:
        sys.stderr.write(f"cannot read: {error}\n")
    return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    trusting = argparse.ArgumentParser(add_help=False)
    trusting.add_argument("--witness", action="append", default=[], metavar="VKEY", help="key of a witness you trust")
    trusting.add_argument("--since", action="append", default=[], metavar="NOTE", help="checkpoint that you kept")
    trusting.add_argument("--require-witness", action="store_true", help="a finding where none of --witness signed")
    trusting.add_argument("--json", action="store_true", help="answer as JSON")
    keyed = argparse.ArgumentParser(add_help=False)
    keyed.add_argument("--key", required=True, metavar="VKEY", help="the log's key, from elsewhere than what you check")
    verify = commands.add_parser("verify", parents=[trusting, keyed], help="check a bundle")
    verify.add_argument("bundle", type=Path, metavar="BUNDLE")
    verify.set_defaults(run=_run_verify)
    inclusion = commands.add_parser("inclusion", parents=[trusting, keyed], help="check a proof")
    inclusion.add_argument("proof", type=Path, metavar="PROOF")
    inclusion.add_argument("--checkpoint", type=Path, metavar="NOTE", help="for a proof of /v1/ledger/proof/inclusion")
    inclusion.add_argument("--entries", type=Path, metavar="JSON", help="with --checkpoint: of /v1/ledger/entries")
    inclusion.set_defaults(run=_run_inclusion)
    consistency = commands.add_parser("consistency", parents=[keyed], help="check that a checkpoint continues another")
    for name in ("old", "new", "proof"):
        consistency.add_argument(name, type=Path, metavar=name.upper())
    consistency.add_argument("--json", action="store_true", help="answer as JSON")
    consistency.set_defaults(run=_run_consistency)
    release = commands.add_parser("release", parents=[trusting], help="check the files of a release")
    release.add_argument("folder", type=Path, metavar="FOLDER")
    release.add_argument("--proof", type=Path)
    release.add_argument("--key", metavar="VKEY", help="the log's key, for --proof")
    release.set_defaults(run=_run_release)
    signing = commands.add_parser("cosign", parents=[keyed], help="sign a checkpoint as a witness")
    signing.add_argument("note", type=Path, metavar="NOTE")
    signing.add_argument("--key-file", type=Path, required=True, help="the witness's private key")
    signing.add_argument("--proof", type=Path, help="consistency proof since the checkpoint signed last")
    signing.add_argument("--bundle", type=Path, help="bundle to rebuild the tree from, instead of a proof")
    signing.add_argument("--out", type=Path, help="where the cosigned checkpoint goes; standard output otherwise")
    signing.set_defaults(run=_run_cosign)
    making = commands.add_parser("make-key", help="make a witness's key")
    making.add_argument("name", metavar="NAME")
    making.add_argument("--key-file", type=Path, required=True, help="file to make, for its owner alone")
    making.set_defaults(run=_run_make_key)
    return parser


def _trust(options: argparse.Namespace) -> Trust:
    key = parse_key(options.key, LOG_KEY)
    witnesses = tuple(parse_key(vkey, WITNESS_KEY) for vkey in options.witness)
    kept = [(name, _signed(Path(name), key)) for name in options.since]
    if options.require_witness and not witnesses:
        raise Unreadable("--require-witness needs a --witness")
    return Trust(key, witnesses, tuple(kept), options.require_witness)


def _run_verify(options: argparse.Namespace) -> int:
    return _answer(verify_bundle(open_files(options.bundle), _trust(options)), options)


def _run_inclusion(options: argparse.Namespace) -> int:
    if options.checkpoint:
        note = _signed(options.checkpoint, parse_key(options.key, LOG_KEY))
        entries = parse_json(options.entries.read_bytes()) if options.entries else None
        proof = parse_json(options.proof.read_bytes())
        return _answer(verify_answered(proof, note, entries, file=options.proof.name), options)
    report, _ = verify_proof(options.proof.read_bytes(), _trust(options), file=options.proof.name)
    if "observation" in report.facts:
        report.notes.append("that the observation stands in the files is shown by: release FOLDER --proof")
    return _answer(report, options)


def _run_consistency(options: argparse.Namespace) -> int:
    key = parse_key(options.key, LOG_KEY)
    old, new = _signed(options.old, key), _signed(options.new, key)
    return _answer(
        verify_consistency(old, new, parse_json(options.proof.read_bytes()), file=options.proof.name), options
    )


def _signed(path: Path, key: Key) -> Note:
    note = parse_note(path.read_bytes())
    check_log_signature(note, key)
    return note


def _run_release(options: argparse.Namespace) -> int:
    if bool(options.proof) != bool(options.key):
        raise Unreadable("--proof and --key go together")
    proof = (options.proof.read_bytes(), options.proof.name, _trust(options)) if options.proof else None
    return _answer(verify_release(options.folder, proof), options)


def _run_cosign(options: argparse.Namespace) -> int:
    log, data = parse_key(options.key, LOG_KEY), options.note.read_bytes()
    note, signer = parse_note(data), open_signer(options.key_file)
    path = None
    if options.proof:
        proof = parse_json(options.proof.read_bytes())
        path = hashes(proof.get("hashes") if isinstance(proof, dict) else None)
    try:
        with _alone(signer.state):
            tree = _heads(options.bundle, note, signer) if options.bundle else {}
            line = cosign(note, log, signer, path=path, tree=tree, now=int(time.time()))
    except Malformed as error:
        sys.stderr.write(f"not signed: {options.note.name} {error}\n")
        return FOUND
    text = data.decode("utf-8") + line
    if options.out:
        options.out.write_bytes(text.encode("utf-8"))
    else:
        sys.stdout.write(text)
    return SOUND


def _heads(bundle: Path, note: Note, signer: Signer) -> dict[int, bytes]:
    """Return the tree heads of a bundle at the sizes that a witness needs."""
    sizes = {note.size} | ({parse_note(signer.state.read_bytes()).size} if signer.state.exists() else set())
    tree, heads = Tree(), {}
    for line in _lines(open_files(bundle), ENTRIES):
        tree.append(parse_entry(line)[1])
        if tree.size in sizes:
            heads[tree.size] = tree.root()
    return heads


def _run_make_key(options: argparse.Namespace) -> int:
    sys.stdout.write(make_key(options.name, options.key_file).vkey + "\n")
    return SOUND


def _answer(report: Report, options: argparse.Namespace) -> int:
    if options.json:
        findings = [each._asdict() for each in report.findings]
        data = {"sound": report.is_sound, "count": report.count, "findings": findings, "notes": report.notes}
        sys.stdout.write(json.dumps({**data, **report.facts}, ensure_ascii=False, indent=2) + "\n")
        return SOUND if report.is_sound else FOUND
    for finding in report.findings:
        sys.stdout.write(f"FOUND {finding.line()}\n")
    for note in report.notes:
        sys.stdout.write(f"note  {note}\n")
    for name, value in report.facts.items():
        sys.stdout.write(f"      {name}: {value if not isinstance(value, (list, dict)) else canonical(value)}\n")
    sys.stdout.write("sound\n" if report.is_sound else f"NOT SOUND: {report.count} findings\n")
    return SOUND if report.is_sound else FOUND


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
