"""A tiny home with marts, for want of a real one: invented extracts of a few months, taken in and built with DuckDB."""

from pathlib import Path

from lake import slices
from lake.contracts.model import load_sources
from lake.layout import Home
from lake.lock import writer_lock
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration import dbt
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale
from orchestration.ingest import build_slices, take_in
from orchestration.settings import Settings

SEED = 1399
FIRST, LAST = "1398-11", "1399-01"
"""Months on both sides of a year's end."""


class ExtractsError(Exception):
    """The home could not be made."""


def tiny(root: Path) -> Home:
    """Make the home.

    Raises:
        ExtractsError: a source could not be taken in, or a mart could not be built.
    """
    home = Home(root)
    generate(home.landing, scale=Scale.TINY, seed=SEED, first=FIRST, last=LAST, defects=0.01)
    for source in load_sources():
        with writer_lock(home, f"ingest {source.id}"):
            intake = take_in(home, source, periods=None, ingest_id="sail")
            if intake.failure:
                raise ExtractsError(f"{source.id}: {intake.failure}")
            build_slices(home, source, DEVELOPMENT_KEYRING, periods=slices.stale(home, source, DEVELOPMENT_KEYRING))
    nodes = dbt.build(Settings(home=root, landing=None), [], lambda _: None)
    failed = [f"{node.name}: {node.message}" for node in nodes if not node.passed]
    if failed:
        raise ExtractsError("\n".join(failed))
    return home
