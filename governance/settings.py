"""Settings of governance and the API, read once at the edge from `AMAR_*` and passed down.

Importing this module reads nothing; making a `Settings` does.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the data live and how strictly to behave.

    Attributes:
        home: `AMAR_HOME`, the installation's directory.
        database_url: `AMAR_DATABASE_URL`, a SQLAlchemy URL; empty for SQLite in the home. Never shown, for it may
            hold a password.
        environment: `AMAR_ENVIRONMENT`; `production` refuses demo officials and makes no key by itself.
        ledger_origin: `AMAR_LEDGER_ORIGIN`, the name under which the ledger signs its checkpoints: a host and path
            that the operator owns.
        ledger_key_file: `AMAR_LEDGER_KEY_FILE`, the private key that signs them; in the home by default.
    """

    model_config = SettingsConfigDict(env_prefix="AMAR_", frozen=True, extra="ignore")

    home: Path = Path("var")
    database_url: str = Field(default="", repr=False)
    environment: Literal["development", "production"] = "development"
    ledger_origin: str = "amar.invalid/ledger"
    ledger_key_file: Path | None = None

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the governance database."""
        if not self.database_url:
            return f"sqlite:///{(self.home / 'governance.db').resolve()}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def ledger_key(self) -> Path:
        """File of the ledger's private key."""
        return self.ledger_key_file or self.home / "ledger.key"

    @property
    def release_root(self) -> Path:
        """Folder of all releases; the same as `lake.layout` builds into."""
        return self.home / "lake" / "release"

    @property
    def evaluation_root(self) -> Path:
        """Folder of the frozen vintages of evaluation; not public."""
        return self.home / "evaluation"
