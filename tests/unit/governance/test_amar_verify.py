"""The single file's own RFC 8785, RFC 9162 and signed notes, held against what Amar writes with."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.audit import amar_verify as single
from governance.ledger import checkpoint, envelope, merkle
from governance.ledger.signing import Kind, SigningKey

LOG = SigningKey("log.example/a", Kind.LOG, Ed25519PrivateKey.from_private_bytes(bytes(32)))
WITNESS = SigningKey("w.example", Kind.WITNESS, Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))

texts = st.text(st.characters(codec="utf-8"), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def leaves(count: int) -> list[str]:
    return [hashlib.sha256(b"%d" % number).hexdigest() for number in range(count)]


@settings(max_examples=60)
@given(values)
def test_canonical_json_is_that_of_the_ledger(value):
    assert single.canonical_bytes(value) == envelope.canonical_bytes(value)
    assert single.parse_canonical(single.canonical_bytes(value) + b"\n") == value


@pytest.mark.parametrize(
    "data",
    [b"1.5\n", b"1e3\n", b"NaN\n", b"-Infinity\n", b'{"a":1,"a":1}\n', b"9007199254740992\n", b'"\\ud800"\n', b"\xff\n",
     b"[1]", b"[1]\n\n", b"[1] \n", b'"\\u0041"\n', b"[" * 200_000 + b"\n", b"9" * 5000 + b"\n", b""],
)  # fmt: skip
def test_other_json_is_refused(data):
    with pytest.raises(single.Malformed):
        single.parse_canonical(data)


@given(st.integers(1, 70), st.data())
def test_the_tree_and_its_proofs_are_those_of_the_ledger(size, data):
    hashes, tree = leaves(size), single.Tree()
    lookup = merkle.nodes_of(hashes)
    for leaf in hashes:
        tree.append(bytes.fromhex(leaf))
    root = tree.root()
    assert root.hex() == merkle.root_hash(hashes)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path = [bytes.fromhex(each) for each in merkle.inclusion_proof(index, size, lookup)]
    leaf = bytes.fromhex(hashes[index])
    assert single.is_included(leaf, index, size, path, root)
    assert not single.is_included(leaf, index, size, [*path, bytes(32)], root)
    assert not single.is_included(leaf, size, size, path, root)
    assert not single.is_included(bytes(32), index, size, path, root)
    between = [bytes.fromhex(each) for each in merkle.consistency_proof(old, size, lookup)]
    before = bytes.fromhex(merkle.root_hash(hashes[:old]))
    assert single.is_consistent(old, size, before, root, between)
    assert not single.is_consistent(old, size, bytes(32), root, between)
    assert not single.is_consistent(old, size, before, root, [*between, bytes(32)])
    if old < size:
        assert not single.is_consistent(old, size, before, root, between[:-1])
        assert not single.is_consistent(old, size, before, before, between)


def test_an_empty_tree_has_the_head_of_the_standard():
    assert single.Tree().root().hex() == merkle.root_hash([])


def test_notes_are_read_as_the_ledger_signs_them():
    content = checkpoint.cosign(
        checkpoint.sign(checkpoint.Checkpoint(LOG.name, 3, merkle.root_hash(leaves(3))), LOG), WITNESS, time=77
    )
    note = single.parse_note(content.encode())
    log = single.parse_key(LOG.verifying.vkey, single.LOG_KEY)
    witness = single.parse_key(WITNESS.verifying.vkey, single.WITNESS_KEY)
    single.check_log_signature(note, log)
    assert (note.size, note.root.hex(), log.vkey) == (3, merkle.root_hash(leaves(3)), LOG.verifying.vkey)
    assert single.check_cosignature(note, witness) == 77
    for data in (b"", b"a\n", content.encode()[:-1], content.replace("\n\n", "\nmore\n\n").encode(), b"\xff\n\n"):
        with pytest.raises(single.Malformed):
            single.parse_note(data)
    for wrong, kind in ((LOG.verifying.vkey, 4), ("x", 1), (LOG.verifying.vkey[:-4] + "AAA=", 1), ("a+b+c", 1)):
        with pytest.raises(single.Malformed):
            single.parse_key(wrong, kind)


def test_what_cannot_be_read_is_said_without_a_stack_trace(tmp_path, capsys):
    key = LOG.verifying.vkey
    (tmp_path / "x.zip").write_bytes(b"PK no")
    (tmp_path / "empty").mkdir()
    (tmp_path / "note").write_text("x")
    wrong = [
        ["verify", str(tmp_path / "x.zip"), "--key", key],
        ["verify", str(tmp_path / "empty"), "--key", key],
        ["verify", str(tmp_path / "empty"), "--key", "nonsense"],
        ["verify", str(tmp_path / "empty"), "--key", key, "--require-witness"],
        ["verify", str(tmp_path / "empty"), "--key", key, "--since", str(tmp_path / "note")],
        ["inclusion", str(tmp_path / "nowhere"), "--key", key],
        ["release", str(tmp_path / "empty")],
        ["release", str(tmp_path / "empty"), "--key", key],
    ]
    for arguments in wrong:
        assert single.main(arguments) == single.UNREADABLE
        assert capsys.readouterr().err.startswith("cannot read: ")
    (tmp_path / "proof.json").write_text(json.dumps({}))
    assert single.main(["inclusion", str(tmp_path / "proof.json"), "--key", key]) == single.FOUND


ENVELOPE = {
    "sequence": 1,
    "instant": "2026-11-22T10:00:00.000000Z",
    "office": "HQ-STATISTICS",
    "kind": "role.granted",
    "subject": "X/approver",
    "clause": "DASH-F",
    "commitment": "0" * 64,
}


@pytest.mark.parametrize(
    "change",
    [{"sequence": True}, {"sequence": -1}, {"sequence": "1"}, {"instant": "2026-13-22T10:00:00.000000Z"},
     {"instant": 7}, {"instant": "2026-11-22T10:00:00Z"}, {"office": ""}, {"kind": None},
     {"commitment": "0" * 63}, {"more": 1}],
)  # fmt: skip
def test_an_envelope_has_its_form(change):
    assert single.check_envelope(ENVELOPE) == ENVELOPE
    with pytest.raises(single.Malformed):
        single.check_envelope({**ENVELOPE, **change})


def test_what_is_not_json_has_no_canonical_form():
    for value in (1.5, b"x", {"a": "\ud800"}, 2**53):
        with pytest.raises(single.Malformed):
            single.canonical_bytes(value)
