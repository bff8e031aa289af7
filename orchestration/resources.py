"""What the assets are given: the home, the keys, the threads."""

import dagster as dg

from lake.layout import Home
from lake.pseudonym import Keyring
from orchestration.settings import Settings


class Lake(dg.ConfigurableResource[None]):
    """The installation that a run works on; everything comes from `AMAR_*`, read when the run asks."""

    def settings(self) -> Settings:
        """Read the settings."""
        return Settings()

    @property
    def home(self) -> Home:
        """The home that the run reads and writes."""
        return self.settings().amar_home

    @property
    def keyring(self) -> Keyring:
        """The pseudonym keys."""
        return self.settings().keyring()
