"""Where lineage events go, read from `AMAR_*` at the edge."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class LineageSettings(BaseSettings):
    """Where lineage events go beside the home, and what may go there; nowhere by default."""

    model_config = SettingsConfigDict(env_prefix="AMAR_", extra="ignore", title="Settings")

    openlineage_url: SecretStr | None = Field(
        default=None, description="Address of a receiver; events go to <address>/api/v1/lineage (AMAR_OPENLINEAGE_URL)."
    )
    openlineage_token: SecretStr | None = Field(
        default=None, repr=False, description="Bearer token of the receiver (AMAR_OPENLINEAGE_TOKEN)."
    )
    openlineage_namespace: str = Field(
        default="amar", min_length=1, description="Namespace of jobs and datasets (AMAR_OPENLINEAGE_NAMESPACE)."
    )
    openlineage_unpublished: bool = Field(
        default=False,
        description="Tell of releases before they are published too (AMAR_OPENLINEAGE_UNPUBLISHED).",
    )
    openlineage_timeout_seconds: float = Field(
        default=10, gt=0, description="How long a receiver may take for an event (AMAR_OPENLINEAGE_TIMEOUT_SECONDS)."
    )

    @property
    def endpoint(self) -> str | None:
        """The address that events are posted to; None where none is set."""
        if self.openlineage_url is None or not (address := self.openlineage_url.get_secret_value().strip()):
            return None
        return f"{address.rstrip('/')}/api/v1/lineage"
