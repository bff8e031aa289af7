"""Pseudonyms hide identifiers, keep kinds apart and survive a change of keys."""

import hmac

from lake.pseudonym import DEVELOPMENT_KEYRING, SIZE, Keyring


def test_a_pseudonym_is_sixteen_bytes_and_stable() -> None:
    first = DEVELOPMENT_KEYRING.pseudonym("person", "0012345679")
    assert len(first) == SIZE
    assert first == DEVELOPMENT_KEYRING.pseudonym("person", "0012345679")


def test_kinds_are_kept_apart() -> None:
    assert DEVELOPMENT_KEYRING.pseudonym("person", "123") != DEVELOPMENT_KEYRING.pseudonym("file", "123")
    assert DEVELOPMENT_KEYRING.pseudonym("per", "son1") != DEVELOPMENT_KEYRING.pseudonym("person", "1")


def test_rotation_needs_no_identifiers() -> None:
    old, new = Keyring((b"one",)), Keyring((b"one", b"two"))
    assert new.version == 2
    rotated = hmac.digest(b"two", old.pseudonym("person", "1"), "sha256")[:SIZE]
    assert new.pseudonym("person", "1") == rotated
