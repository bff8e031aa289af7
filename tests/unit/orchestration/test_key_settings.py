"""Keys come from the environment or from a command; production takes no published, short or doubtful one."""

import shlex
import sys

import pytest

from lake.pseudonym import DEVELOPMENT_KEYRING, Keyring
from orchestration.settings import Settings, SettingsError

LONG, OTHER = "k" * 32, "l" * 32


def kms(*keys: str, code: int = 0) -> str:
    """Return a command that prints keys, as a KMS's would."""
    script = f"import sys; print({chr(10).join(keys)!r}); sys.exit({code})"
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(script)}"


def test_development_has_the_published_key_unless_another_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().keyring() is DEVELOPMENT_KEYRING
    monkeypatch.setenv("AMAR_PSEUDONYM_KEYS", "one, two")
    assert Settings().keyring() == Keyring((b"one", b"two"))


def test_a_command_gives_the_keys_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMAR_ENVIRONMENT", "production")
    monkeypatch.setenv("AMAR_PSEUDONYM_KEY_COMMAND", kms(LONG, OTHER))
    assert Settings().keyring() == Keyring((LONG.encode(), OTHER.encode()))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (kms(LONG, code=3), r"gave no key \(exit code 3\)"),
        (kms(), "gave no key"),
        ("/nowhere/kms --get", "could not be run: FileNotFoundError"),
        ("kms 'unfinished", "could not be run: ValueError"),
    ],
)
def test_a_command_that_fails_is_said_without_what_it_printed(
    monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    monkeypatch.setenv("AMAR_PSEUDONYM_KEY_COMMAND", command)
    with pytest.raises(SettingsError, match=said) as refused:
        Settings().keyring()
    assert LONG not in str(refused.value)


def test_keys_come_from_one_place_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMAR_PSEUDONYM_KEYS", LONG)
    monkeypatch.setenv("AMAR_PSEUDONYM_KEY_COMMAND", kms(LONG))
    with pytest.raises(SettingsError, match="both set"):
        Settings().keyring()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("", "the published key serves development only"),
        (f"{LONG},short", "fewer than 32 characters"),
    ],
)
def test_production_wants_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch, keys: str, said: str) -> None:
    monkeypatch.setenv("AMAR_ENVIRONMENT", "production")
    if keys:
        monkeypatch.setenv("AMAR_PSEUDONYM_KEYS", keys)
    with pytest.raises(SettingsError, match=said):
        Settings().keyring()


def test_production_refuses_the_published_key_from_a_command_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMAR_ENVIRONMENT", "production")
    monkeypatch.setenv("AMAR_PSEUDONYM_KEY_COMMAND", kms(LONG, DEVELOPMENT_KEYRING.keys[0].decode()))
    with pytest.raises(SettingsError, match="serves development only"):
        Settings().keyring()
