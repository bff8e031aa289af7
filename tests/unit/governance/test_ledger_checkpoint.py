"""Signed notes, checkpoints and keys: the specification's forms, one spelling each, and no byte without meaning."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.ledger.checkpoint import Checkpoint, cosign, cosigned_at, parse_checkpoint, sign, verify_note
from governance.ledger.keyfile import NoKeyError, load_key, make_key
from governance.ledger.note import Note, NoteError, parse_note
from governance.ledger.signing import Kind, SigningKey, new_key, parse_signing_key, parse_vkey

ORIGIN = "example.org/ledger"
KEY = SigningKey(ORIGIN, Kind.LOG, Ed25519PrivateKey.from_private_bytes(bytes(32)))
WITNESS = SigningKey("example.net/w", Kind.WITNESS, Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))
SAID = Checkpoint(ORIGIN, 17, "ab" * 32)
NOTE = sign(SAID, KEY)

GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example of golang.org/x/mod/sumdb/note."""


def test_the_example_of_go():
    key = parse_signing_key(GO_KEY)
    note = parse_note(GO_NOTE)
    assert (key.text(), key.verifying.vkey) == (GO_KEY, GO_VKEY)
    parse_vkey(GO_VKEY).check_log(note)
    assert Note(note.text, (key.sign(note.text),)).render() == GO_NOTE


def test_the_form_of_a_checkpoint():
    body, _, line = NOTE.partition("\n\n")
    root = base64.b64encode(bytes.fromhex("ab" * 32)).decode()
    assert f"{body}\n" == f"{ORIGIN}\n17\n{root}\n" == SAID.text()
    public = KEY.private.public_key().public_bytes_raw()
    signature = KEY.private.sign(f"{body}\n".encode())
    key_id = hashlib.sha256(ORIGIN.encode() + b"\x0a\x01" + public).digest()[:4]
    assert line == f"— {ORIGIN} {base64.b64encode(key_id + signature).decode()}\n"
    assert KEY.verifying.vkey == f"{ORIGIN}+{key_id.hex()}+{base64.b64encode(bytes([1]) + public).decode()}"
    assert verify_note(NOTE, parse_vkey(KEY.verifying.vkey)) == SAID


def test_the_form_of_a_cosignature():
    content = cosign(NOTE, WITNESS, time=1_800_000_000)
    assert content.startswith(NOTE)
    raw = base64.b64decode(content.removeprefix(NOTE).split(" ")[2])
    public = WITNESS.private.public_key()
    key_id = hashlib.sha256(b"example.net/w\x0a\x04" + public.public_bytes_raw()).digest()[:4]
    assert (raw[:4], int.from_bytes(raw[4:12], "big"), len(raw)) == (key_id, 1_800_000_000, 76)
    message = f"cosignature/v1\ntime 1800000000\n{SAID.text()}".encode()
    Ed25519PublicKey.from_public_bytes(public.public_bytes_raw()).verify(raw[12:], message)
    assert cosigned_at(content, parse_vkey(WITNESS.verifying.vkey)) == 1_800_000_000
    assert verify_note(content, KEY.verifying) == SAID


def test_no_changed_byte_is_taken():
    content = cosign(NOTE, WITNESS, time=1_800_000_000).encode()
    for place in range(len(content)):
        for flip in (1, 0x20, 0x80):
            changed = bytearray(content)
            changed[place] ^= flip
            with pytest.raises((NoteError, UnicodeDecodeError)):
                both(changed.decode())
        for other in (content[:place] + content[place + 1 :], content[:place] + b"A" + content[place:]):
            with pytest.raises((NoteError, UnicodeDecodeError)):
                both(other.decode())


def both(content):
    """Check log and witness; what they say must be what was signed."""
    assert verify_note(content, KEY.verifying) == SAID
    cosigned_at(content, WITNESS.verifying)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n\n",
        NOTE.rstrip("\n"),
        NOTE + "\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("—", "-"),
        NOTE.replace("17", "17\t"),
        NOTE.partition("—")[0],
        f"{SAID.text()}\n— {ORIGIN} AAAA\n",
        f"{SAID.text()}\n— a+b AAAAAAAA\n",
        f"{SAID.text()}\n—  AAAAAAAA\n",
        f"{SAID.text()}\n— {ORIGIN} AAAAAAB=\n",
        f"{SAID.text()}\n" + f"— {ORIGIN} AAAAAAAA\n" * 65,
    ],
)
def test_what_is_no_note(content):
    with pytest.raises(NoteError):
        parse_note(content)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "\n1\n" + SAID.text().split("\n")[2] + "\n",
        SAID.text() + "extension\n",
        SAID.text().replace("17", "017"),
        SAID.text().replace("17", "-1"),
        SAID.text().replace("17", "1" * 20),
        f"{ORIGIN}\n17\nq6s=\n",
        f"{ORIGIN}\n17\n?\n",
    ],
)
def test_what_is_no_checkpoint(text):
    with pytest.raises(NoteError):
        parse_checkpoint(Note(text, ()))


def test_keys_do_only_what_they_are_for():
    with pytest.raises(NoteError, match="cannot sign for"):
        sign(SAID, new_key("other"))
    with pytest.raises(NoteError, match="not of other"):
        verify_note(NOTE, new_key("other").verifying)
    with pytest.raises(NoteError, match="signed 0 times"):
        verify_note(NOTE, new_key(ORIGIN).verifying)
    with pytest.raises(NoteError, match="is the key of a witness"):
        verify_note(NOTE, SigningKey(ORIGIN, Kind.WITNESS, KEY.private).verifying)
    with pytest.raises(NoteError, match="not of a witness"):
        cosigned_at(NOTE, KEY.verifying)
    short = Note(SAID.text(), (WITNESS.sign(SAID.text()),)).render()
    with pytest.raises(NoteError, match="wrong length"):
        cosigned_at(short, WITNESS.verifying)
    with pytest.raises(NoteError, match="not a time"):
        cosign(NOTE, WITNESS, time=2**63)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        GO_VKEY[:-1],
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("+AR", "+BR"),
        f"+{GO_VKEY}",
    ],
)
def test_what_is_no_public_key(text):
    with pytest.raises(NoteError):
        parse_vkey(text)


@pytest.mark.parametrize("text", ["", GO_VKEY, GO_KEY[:-1], GO_KEY.replace("c74f20a3", "c74f20a4")])
def test_what_is_no_private_key(text):
    with pytest.raises(NoteError) as caught:
        parse_signing_key(text)
    assert GO_KEY[-20:-1] not in str(caught.value)


def test_a_private_key_is_never_shown():
    assert KEY.text().rpartition("+")[2] not in f"{KEY!r} {KEY}"


def test_the_file_of_the_key(tmp_path):
    path = tmp_path / "deep" / "ledger.key"
    with pytest.raises(NoKeyError, match="audit key new"):
        load_key(path, origin=ORIGIN)
    made = make_key(path, origin=ORIGIN)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["ledger.key"]
    for key in (make_key(path, origin=ORIGIN), load_key(path, origin=ORIGIN)):
        assert key.text() == made.text()
    with pytest.raises(NoKeyError, match="AMAR_LEDGER_ORIGIN"):
        load_key(path, origin="example.org/other")


def test_two_who_make_the_key_at_once_get_the_same(tmp_path, monkeypatch):
    path = tmp_path / "ledger.key"
    first = make_key(path, origin=ORIGIN)
    monkeypatch.setattr(type(path), "exists", lambda _path: False)
    assert make_key(path, origin=ORIGIN).text() == first.text()
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.key"]


def test_a_key_that_is_not_fit(tmp_path):
    path = tmp_path / "ledger.key"
    make_key(path, origin=ORIGIN)
    path.chmod(0o640)
    with pytest.raises(NoKeyError, match="chmod 600"):
        load_key(path, origin=ORIGIN)
    path.chmod(0o600)
    path.write_bytes(b"\xff")
    with pytest.raises(NoKeyError, match="UnicodeDecodeError"):
        load_key(path, origin=ORIGIN)
    path.write_text("PRIVATE+KEY+secret")
    with pytest.raises(NoKeyError, match="not a private key") as caught:
        load_key(path, origin=ORIGIN)
    assert "secret" not in str(caught.value)
