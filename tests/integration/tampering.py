"""Ways to tamper with an exported bundle, as somebody does who holds the files, or even the log's key.

Each way changes the files in place and names what it touched. Those of `DEEP` write bundle.json anew afterwards, so
that only what is signed or committed to can give them away.
"""

import base64
import hashlib
import io
import json
import random
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from release_world import LEDGER_KEY

from governance.ledger.checkpoint import Checkpoint, sign
from governance.ledger.merkle import root_hash
from governance.ledger.signing import Kind, SigningKey

Held = dict[str, bytes]
Way = Callable[[random.Random, Held], set[str]]

THIEF = SigningKey(LEDGER_KEY.name, Kind.LOG, Ed25519PrivateKey.from_private_bytes(bytes(32)))
"""A key that signs under the log's name and is not the log's."""

ENTRIES, PAYLOADS, LISTING = "entries.jsonl", "payloads.jsonl", "bundle.json"


class Memory:
    """A bundle held in memory, as the verifier reads one."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def names(self) -> list[str]:
        return sorted(self._held)

    def open(self, name: str) -> io.BytesIO:
        return io.BytesIO(self._held[name])


def canonical(value) -> bytes:
    """Canonical JSON of the plain values that a bundle holds, written another way than the verifier does."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def relist(held: Held, **changes) -> None:
    """Write bundle.json anew, as somebody who tampered would."""
    listing = {**json.loads(held[LISTING]), **changes}
    listing["files"] = [
        {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in sorted(held.items())
        if name != LISTING
    ]
    held[LISTING] = canonical(listing) + b"\n"


def edited(rng: random.Random, data: bytes) -> bytes:
    """The bytes with one changed, gone or more."""
    place = rng.randrange(len(data))
    kind = rng.choice(["change", "change", "drop", "insert"])
    new = bytes([data[place] ^ rng.randrange(1, 256)]) if kind == "change" else bytes([rng.randrange(256)])
    if kind == "drop":
        return data[:place] + data[place + 1 :]
    return data[:place] + new + data[place + (kind == "change") :]


def _lines(held: Held, name: str) -> list[bytes]:
    return held[name].splitlines(keepends=True)


def _respelled(rng: random.Random, line: bytes) -> bytes:
    """The same JSON in other bytes."""
    value = json.loads(line)
    turned = dict(sorted(value.items(), reverse=True))
    ways = [
        line.replace(b",", b", ", 1),
        b" " + line,
        line[:-1] + b" \n",
        line[:-1] + b"\r\n",
        line + b"\n",
        json.dumps(turned, ensure_ascii=False, separators=(",", ":")).encode() + b"\n",
        canonical(value).replace(b'"sequence":', b'"sequence":1,"sequence":') + b"\n",
        canonical(value).replace(b'"sequence"', b'"\\u0073equence"') + b"\n",
    ]
    return rng.choice([way for way in ways if way != line])


def _shuffled_lines(name: str) -> Way:
    def way(rng: random.Random, held: Held) -> set[str]:
        lines = _lines(held, name)
        kind = rng.choice(["drop", "swap", "repeat", "cut", "edit", "edit", "respell"])
        place = rng.randrange(len(lines))
        if kind == "drop":
            del lines[place]
        elif kind == "swap":
            other = rng.choice([each for each in range(len(lines)) if each != place])
            lines[place], lines[other] = lines[other], lines[place]
        elif kind == "repeat":
            lines.insert(rng.randrange(len(lines) + 1), lines[place])
        elif kind == "cut":
            del lines[max(1, place) :]
        else:
            lines[place] = edited(rng, lines[place]) if kind == "edit" else _respelled(rng, lines[place])
        held[name] = b"".join(lines)
        return {name}

    return way


def _rewrite_entry(rng: random.Random, held: Held) -> set[str]:
    """Change what an envelope says, with its leaf hash; or a leaf hash that stands alone."""
    lines = _lines(held, ENTRIES)
    place = rng.randrange(len(lines))
    lines[place] = forged(rng, json.loads(lines[place]))
    if rng.random() < 0.3:
        lines.insert(place, forged(rng, json.loads(lines[place])))
    held[ENTRIES] = b"".join(lines)
    return {ENTRIES, f"entry {place + 1}"}


def forged(rng: random.Random, entry: dict) -> bytes:
    """The line of an entry that says something else, sound by itself."""
    envelope = entry["envelope"]
    if envelope is None:
        entry["leaf_hash"] = rng.randbytes(32).hex()
        return canonical(entry) + b"\n"
    name = rng.choice(["office", "kind", "subject", "clause", "commitment", "instant"])
    changed = {"commitment": rng.randbytes(32).hex(), "instant": "2020-02-02T02:02:02.000002Z"}
    envelope[name] = changed.get(name, envelope[name] + "X")
    entry["leaf_hash"] = hashlib.sha256(b"\x00" + canonical(envelope)).hexdigest()
    return canonical(entry) + b"\n"


def _withhold(rng: random.Random, held: Held) -> set[str]:
    """Withhold an envelope that the audience needs."""
    lines = _lines(held, ENTRIES)
    needed = [
        place
        for place, line in enumerate(lines)
        if (said := json.loads(line)["envelope"])
        and (PAYLOADS in held or said["kind"] in ("release.published", "manifest.published"))
    ]
    place = rng.choice(needed)
    lines[place] = canonical({**json.loads(lines[place]), "envelope": None}) + b"\n"
    touched = {ENTRIES, f"entry {place + 1}"}
    said = json.loads(_lines(held, ENTRIES)[place])["envelope"]["subject"].partition("/")[0]
    held[ENTRIES] = b"".join(lines)
    return touched | {f"releases/{said.replace('@', '/')}/manifest.json"}


def _rewrite_payload(rng: random.Random, held: Held) -> set[str]:
    """Change what an event said, its salt, or bring back what was erased."""
    lines = [json.loads(line) for line in _lines(held, PAYLOADS)]
    place = rng.randrange(len(lines))
    kind = rng.choice(["member", "salt", "restore", "exchange"])
    if kind == "member":
        lines[place]["payload"] = canonical({**json.loads(lines[place]["payload"]), "name": "X"}).decode()
    elif kind == "salt":
        lines[place]["salt"] = rng.randbytes(32).hex()
    elif kind == "exchange":
        other = rng.choice([each for each in lines if each["payload"] != lines[place]["payload"]])
        lines[place]["payload"], lines[place]["salt"] = other["payload"], other["salt"]
    else:
        total = len(_lines(held, ENTRIES))
        erased = next(iter(set(range(1, total + 1)) - {line["sequence"] for line in lines}))
        lines.append({"sequence": erased, "salt": rng.randbytes(32).hex(), "payload": '{"name":"X"}'})
        lines.sort(key=lambda line: line["sequence"])
    held[PAYLOADS] = b"".join(canonical(line) + b"\n" for line in lines)
    return {PAYLOADS}


def _notes(held: Held) -> list[str]:
    return sorted((name for name in held if name.startswith("checkpoints/")), key=_size)


def _size(name: str) -> int:
    return int(name.removeprefix("checkpoints/").removesuffix(".note"))


def _edit_note(rng: random.Random, held: Held) -> set[str]:
    name = rng.choice(_notes(held))
    held[name] = edited(rng, held[name])
    return {name}


def _forge_note(rng: random.Random, held: Held) -> set[str]:
    """Sign with a stolen name; sign another head with the log's own key; drop or exchange a signature."""
    name, newest = rng.choice(_notes(held)), _notes(held)[-1]
    body, _, signed = held[name].decode().partition("\n\n")
    origin, size, root = body.split("\n")
    true = base64.b64decode(root).hex()
    kind = rng.choice(["thief", "head", "unsigned", "uncosigned", "exchanged", "extension"])
    if kind == "thief":
        held[name] = sign(Checkpoint(origin, int(size), true), THIEF).encode()
    elif kind == "head":
        held[name] = sign(Checkpoint(origin, int(size), rng.randbytes(32).hex()), LEDGER_KEY).encode()
    elif kind == "unsigned":
        held[name] = f"{body}\n\n{''.join(signed.splitlines(keepends=True)[1:]) or signed[:-9]}".encode()
    elif kind == "uncosigned":
        name = newest
        body, _, signed = held[name].decode().partition("\n\n")
        held[name] = f"{body}\n\n{signed.splitlines(keepends=True)[0]}".encode()
    elif kind == "exchanged":
        other = rng.choice([each for each in _notes(held) if each != name])
        held[name] = held[other]
    else:
        held[name] = f"{body}\nmore\n\n{signed}".encode()
    return {name}


def _releases(held: Held) -> list[str]:
    return sorted(name for name in held if name.startswith("releases/") and name.endswith("/manifest.json"))


def _edit_manifest(rng: random.Random, held: Held) -> set[str]:
    name = rng.choice(_releases(held))
    held[name] = edited(rng, held[name]) if rng.random() < 0.8 else _respelled_manifest(rng, held[name])
    return {name}


def _respelled_manifest(rng: random.Random, data: bytes) -> bytes:
    value = json.loads(data)
    return rng.choice([data + b"\n", b"\n" + data, json.dumps(value, indent=1).encode() + b"\n", data[:-1]])


def hashed(manifest: dict) -> bytes:
    """A manifest with hashes that are its own again."""
    for name, without in (
        ("draft_hash", {"draft_hash", "approvals", "manifest_hash"}),
        ("manifest_hash", {"manifest_hash"}),
    ):
        content = {key: value for key, value in manifest.items() if key not in without}
        manifest[name] = "sha256:" + hashlib.sha256(canonical(content)).hexdigest()
    return canonical(manifest) + b"\n"


def _rewrite_manifest(rng: random.Random, held: Held) -> set[str]:
    """Change what a manifest says, with both of its hashes."""
    name = rng.choice(_releases(held))
    manifest = json.loads(held[name])
    kind = rng.choice(["built_at", "provenance", "tables", "approval", "approvals", "certificate", "version"])
    if kind in ("built_at", "provenance", "version"):
        manifest[kind] += "1"
    elif kind == "tables":
        manifest["tables"][0]["version"] += 1
    elif kind == "certificate":
        manifest["certificate"]["withheld"] += 1
    elif kind == "approvals":
        del manifest["approvals"][rng.randrange(len(manifest["approvals"]))]
    else:
        act = rng.choice(manifest["approvals"])
        act["office"] = "HQ-EVIL"
        said = {key: value for key, value in act.items() if key != "leaf_hash"}
        said["subject"] = f"{manifest['dataset']}@{manifest['version']}"
        act["leaf_hash"] = hashlib.sha256(b"\x00" + canonical(said)).hexdigest()
    held[name] = hashed(manifest)
    return {name}


def _tamper_file(rng: random.Random, held: Held) -> set[str]:
    """Change, drop or add a file of a release, with or without its manifest."""
    at = rng.choice(_releases(held))
    manifest = json.loads(held[at])
    entry = rng.choice(manifest["files"])
    name = at.replace("manifest.json", entry["name"])
    kind = rng.choice(["edit", "edit", "drop", "add"])
    if kind == "edit":
        held[name] = edited(rng, held[name])
        entry.update(sha256=hashlib.sha256(held[name]).hexdigest(), size_bytes=len(held[name]))
    elif kind == "drop":
        del held[name]
        manifest["files"].remove(entry)
    else:
        name = at.replace("manifest.json", "more.csv")
        held[name] = b"x\n"
        more = {"name": "more.csv", "sha256": hashlib.sha256(b"x\n").hexdigest(), "size_bytes": 2, "rows": 1}
        manifest["files"].append({**more, "media_type": "text/csv"})
    if rng.random() < 0.6:
        held[at] = hashed(manifest)
        return {name, at}
    return {name, entry["name"], at}


def _fork(rng: random.Random, held: Held) -> set[str]:
    """Rewrite an entry as the operator could who holds the log's key: every checkpoint is signed anew."""
    lines = _lines(held, ENTRIES)
    place = rng.randrange(len(lines))
    lines[place] = forged(rng, json.loads(lines[place]))
    _resign(held, lines)
    return {"kept-"}


def _roll_back(rng: random.Random, held: Held) -> set[str]:
    """Hide the newest entries behind a smaller checkpoint that is signed by the log's key."""
    lines = _lines(held, ENTRIES)
    size = rng.randrange(1, len(lines))
    for name in _notes(held):
        del held[name]
    held[f"checkpoints/{size}.note"] = b""
    if PAYLOADS in held:
        held[PAYLOADS] = b"".join(line for line in _lines(held, PAYLOADS) if json.loads(line)["sequence"] <= size)
    _resign(held, lines[:size])
    relist(held, tree_size=size)
    return {"kept-"}


def _resign(held: Held, lines: list[bytes]) -> None:
    held[ENTRIES] = b"".join(lines)
    leaves = [json.loads(line)["leaf_hash"] for line in lines]
    for name in _notes(held):
        size = _size(name)
        held[name] = sign(Checkpoint(LEDGER_KEY.name, size, root_hash(leaves[:size])), LEDGER_KEY).encode()


def _change_listing(rng: random.Random, held: Held) -> set[str]:
    listing = json.loads(held[LISTING])
    kind = rng.choice(["audience", "tree_size", "origin", "vkey", "format", "witnesses", "files", "more"])
    changes = {
        "audience": {"public": "auditor", "auditor": "public"}[listing["audience"]],
        "tree_size": max(1, listing["tree_size"] + rng.choice([-3, -1, 1, 7])),
        "origin": "evil.example/ledger",
        "vkey": THIEF.verifying.vkey,
        "format": "amar-audit-bundle/2",
        "witnesses": [],
        "files": rng.sample(listing["files"], len(listing["files"]) - 1),
        "more": 1,
    }
    held[LISTING] = canonical({**listing, kind: changes[kind]}) + b"\n"
    return {LISTING}


def tamper_plainly(rng: random.Random, held: Held) -> set[str]:
    """Change any file and leave bundle.json as it is; or change bundle.json."""
    name = rng.choice(sorted(held))
    kind = rng.choice(["edit", "edit", "edit", "cut", "drop", "add", "exchange"])
    if kind == "edit" or (kind == "drop" and name == LISTING):
        held[name] = edited(rng, held[name])
    elif kind == "cut":
        held[name] = held[name][: rng.randrange(len(held[name]))]
    elif kind == "drop":
        del held[name]
    elif kind == "add":
        name = rng.choice(["more.txt", "releases/X/1.0.0/data.csv", "checkpoints/1.note"])
        held[name] = b"x"
    else:
        held[name] = held[rng.choice([each for each in held if held[each] != held[name]])]
    return {name}


PLAIN: dict[str, Way] = {"any file": tamper_plainly, "bundle.json": _change_listing}

DEEP: dict[str, Way] = {
    "lines of entries": _shuffled_lines(ENTRIES),
    "an entry rewritten": _rewrite_entry,
    "an envelope withheld": _withhold,
    "lines of payloads": _shuffled_lines(PAYLOADS),
    "a payload rewritten": _rewrite_payload,
    "bytes of a checkpoint": _edit_note,
    "a checkpoint forged": _forge_note,
    "bytes of a manifest": _edit_manifest,
    "a manifest rewritten": _rewrite_manifest,
    "files of a release": _tamper_file,
    "a fork by the operator": _fork,
    "a rollback by the operator": _roll_back,
}
