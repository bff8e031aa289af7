"""Pseudonyms hide identifiers, keep kinds apart and survive a change of keys."""

import hmac
from itertools import combinations

import pytest

from lake.contracts.check import IDENTIFIERS
from lake.pseudonym import DEVELOPMENT_KEYRING, SIZE, Keyring, hkdf


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
    rotated = hmac.digest(new.subkey(1, "person").encode(), old.pseudonym("person", "1"), "sha256")[:SIZE]
    assert new.pseudonym("person", "1") == rotated


def test_each_kind_has_a_key_of_its_own() -> None:
    keyring = Keyring((b"one", b"two"))
    subkeys = [keyring.subkey(0, kind) for kind in sorted(IDENTIFIERS)]
    subkeys.append(keyring.subkey(1, "person"))
    assert keyring.subkey(1, "person") == keyring.subkey(1, "workshop")
    assert not any(one == other for one, other in combinations(subkeys, 2))
    assert {len(bytes.fromhex(subkey)) for subkey in subkeys} == {32}


def test_a_key_is_told_by_its_fingerprint() -> None:
    one, both = Keyring((b"one",)), Keyring((b"one", b"two"))
    assert both.fingerprints[:1] == one.fingerprints
    assert both.fingerprints[1] == Keyring((b"two",)).fingerprint
    assert both.fingerprint not in both.fingerprints


@pytest.mark.parametrize(
    ("secret", "salt", "info", "drawn"),
    [
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            bytes(range(0x50)).hex(),
            bytes(range(0x60, 0xB0)).hex(),
            bytes(range(0xB0, 0x100)).hex(),
            (
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
            ),
        ),
        (
            "0b" * 22,
            "",
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
)
def test_keys_are_drawn_as_rfc_5869_says(secret: str, salt: str, info: str, drawn: str) -> None:
    """Test the SHA-256 cases of its appendix A."""
    made = hkdf(bytes.fromhex(secret), salt=bytes.fromhex(salt), info=bytes.fromhex(info), size=len(drawn) // 2)
    assert made.hex() == drawn
