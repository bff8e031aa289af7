"""What the environment says to the pipeline: read once, at the edge, and passed down."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING, Keyring

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
            SettingsError: no key is set outside development.
        """
        if self.pseudonym_keys:
            keys = self.pseudonym_keys.get_secret_value().split(",")
            return Keyring(tuple(key.encode() for key in keys if key))
        if self.environment != "development":
            raise SettingsError("AMAR_PSEUDONYM_KEYS is not set; the published key serves development only")
        return DEVELOPMENT_KEYRING
