"""What the environment says to the pipeline: read once, at the edge, and passed down."""

import shlex
import subprocess
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING, Keyring

SHORTEST_KEY = 32
KEY_COMMAND_SECONDS = 30
PROJECT_ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """The environment asks for something that cannot be granted."""


class Settings(BaseSettings):
    """Settings of the pipeline, from `AMAR_*`."""

    model_config = SettingsConfigDict(env_prefix="AMAR_", extra="ignore")

    home: Path = Field(default=Path("var"), description="Where data live (AMAR_HOME).")
    landing: Path | None = Field(default=None, description="Landing folder, if not in the home (AMAR_LANDING).")
    environment: str = Field(default="development", description="development or production (AMAR_ENVIRONMENT).")
    pseudonym_keys: SecretStr | None = Field(
        default=None, description="Comma-separated keys, oldest first (AMAR_PSEUDONYM_KEYS)."
    )
    pseudonym_key_command: str | None = Field(
        default=None,
        description="A KMS's hook: prints the keys, one a line, oldest first (AMAR_PSEUDONYM_KEY_COMMAND).",
    )
    landing_quiet_seconds: float = Field(
        default=30, ge=0, description="How long a landing file must lie untouched (AMAR_LANDING_QUIET_SECONDS)."
    )
    runs_per_tick: int = Field(
        default=4, ge=1, description="Runs that a sensor may ask for at once (AMAR_RUNS_PER_TICK)."
    )
    threads: int = Field(default=2, ge=1, description="Threads for reading and building (AMAR_THREADS).")

    @property
    def amar_home(self) -> Home:
        """The installation's home."""
        return Home(self.home.resolve(), self.landing.resolve() if self.landing else None)

    @property
    def dbt_project(self) -> Path:
        """Folder of the dbt project, beside the packages."""
        return PROJECT_ROOT / "dbt_project"

    def keyring(self) -> Keyring:
        """Return the pseudonym keys.

        Raises:
            SettingsError: no key is set outside development, keys are set twice or too short, or the command failed.
        """
        if self.pseudonym_keys and self.pseudonym_key_command:
            raise SettingsError("AMAR_PSEUDONYM_KEYS and AMAR_PSEUDONYM_KEY_COMMAND are both set; one gives the keys")
        if self.pseudonym_key_command:
            keys = _printed_keys(self.pseudonym_key_command)
        else:
            keys = self.pseudonym_keys.get_secret_value().split(",") if self.pseudonym_keys else []
        keyring = Keyring(tuple(key.strip().encode() for key in keys if key.strip()))
        if self.environment == "development":
            return keyring if keyring.keys else DEVELOPMENT_KEYRING
        return _fit_for_production(keyring)


def _fit_for_production(keyring: Keyring) -> Keyring:
    if not keyring.keys or any(key in DEVELOPMENT_KEYRING.keys for key in keyring.keys):
        raise SettingsError("AMAR_PSEUDONYM_KEYS is not set; the published key serves development only")
    if min(map(len, keyring.keys)) < SHORTEST_KEY:
        raise SettingsError(f"a pseudonym key has fewer than {SHORTEST_KEY} characters: openssl rand -hex 32 makes one")
    return keyring


def _printed_keys(command: str) -> list[str]:
    """Ask a command for the keys; what it prints is never shown."""
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, split without a shell
            shlex.split(command), capture_output=True, text=True, timeout=KEY_COMMAND_SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"AMAR_PSEUDONYM_KEY_COMMAND could not be run: {type(error).__name__}") from None
    if done.returncode or not done.stdout.strip():
        raise SettingsError(f"AMAR_PSEUDONYM_KEY_COMMAND gave no key (exit code {done.returncode})")
    return done.stdout.splitlines()
