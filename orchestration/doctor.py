"""Can this machine and these settings run Amar? Each finding says what to do."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from lake.contracts.model import ContractError, load_sources
from lake.lock import HomeBusyError, writer_lock
from orchestration.settings import Settings, SettingsError

NEEDED_FREE_BYTES = 4 * 2**30


@dataclass(frozen=True)
class Finding:
    """One check and its result."""

    check: str
    ok: bool
    finding: str


def examine(settings: Settings) -> list[Finding]:
    """Run every check; nothing is changed, save that the home folder is made."""
    return list(_findings(settings))


def _findings(settings: Settings) -> Iterator[Finding]:
    home = settings.amar_home
    yield Finding("python", sys.version_info >= (3, 11), sys.version.split()[0])
    home.root.mkdir(parents=True, exist_ok=True)
    yield Finding("home", os.access(home.root, os.W_OK), f"{home.root} (AMAR_HOME)")
    free = shutil.disk_usage(home.root).free
    yield Finding("disk", free >= NEEDED_FREE_BYTES, f"{free / 2**30:.1f} GiB free, 4 GiB wanted for the demo")
    yield _writer(settings)
    yield _keys(settings)
    yield _contracts()
    yield Finding("dbt project", (settings.dbt_project / "dbt_project.yml").is_file(), str(settings.dbt_project))


def _writer(settings: Settings) -> Finding:
    try:
        with writer_lock(settings.amar_home, "doctor"):
            return Finding("writer", ok=True, finding="nobody is writing")
    except HomeBusyError as error:
        return Finding("writer", ok=True, finding=str(error))


def _keys(settings: Settings) -> Finding:
    try:
        keyring = settings.keyring()
    except SettingsError as error:
        return Finding("pseudonym key", ok=False, finding=str(error))
    text = (
        "the published development key: for demo and tests only" if keyring.published else f"version {keyring.version}"
    )
    return Finding("pseudonym key", ok=True, finding=text)


def _contracts() -> Finding:
    try:
        sources = load_sources()
    except ContractError as error:
        return Finding("contracts", ok=False, finding=str(error))
    return Finding("contracts", ok=True, finding=", ".join(f"{source.id} {source.version}" for source in sources))
