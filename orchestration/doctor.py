"""Can this machine and these settings run Amar? Each finding says what to do."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from governance.context import open_context
from governance.database.engine import migrate
from governance.ledger.keyfile import NoKeyError, load_key
from governance.settings import Settings as GovernanceSettings
from lake.contracts.check import contract_faults
from lake.contracts.model import FOLDER, load_sources
from lake.keys import register
from lake.keys.register import KeyringError
from lake.lock import HomeBusyError, writer_lock
from orchestration.openlineage.send import standing
from orchestration.openlineage.settings import LineageSettings
from orchestration.settings import Settings, SettingsError
from orchestration.sources.landing import stray_entries

NEEDED_FREE_BYTES = 4 * 2**30


@dataclass(frozen=True)
class Finding:
    """One check and its result."""

    check: str
    ok: bool
    finding: str


def examine(settings: Settings) -> list[Finding]:
    """Run every check; nothing is changed, save that the home folder and the tables of the ledger are made."""
    return list(_findings(settings))


def _findings(settings: Settings) -> Iterator[Finding]:
    home = settings.amar_home
    yield Finding("python", sys.version_info >= (3, 11), sys.version.split()[0])
    try:
        home.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        yield Finding("home", ok=False, finding=f"{home.root} cannot be made: {error.strerror}; set AMAR_HOME")
    else:
        yield from _home(settings)
    yield _keys(settings)
    yield _contracts()
    yield Finding("dbt project", (settings.dbt_project / "dbt_project.yml").is_file(), str(settings.dbt_project))


def _home(settings: Settings) -> Iterator[Finding]:
    root = settings.amar_home.root
    is_writable = os.access(root, os.W_OK)
    yield Finding("home", is_writable, f"{root} (AMAR_HOME)" + ("" if is_writable else " cannot be written"))
    free = shutil.disk_usage(root).free
    yield Finding("disk", free >= NEEDED_FREE_BYTES, f"{free / 2**30:.1f} GiB free, 4 GiB wanted for the demo")
    yield _landing(settings)
    yield _lineage(settings)
    if is_writable:
        yield _writer(settings)
        yield _ledger()
        yield _ledger_key(GovernanceSettings())


def _landing(settings: Settings) -> Finding:
    """Tell what lies in the landing folder that no source takes in; it hinders nothing."""
    landing = settings.amar_home.landing
    strays = stray_entries(landing)
    text = f"{len(strays)} entries that no source takes in: {', '.join(strays[:5])}" if strays else str(landing)
    return Finding("landing", ok=True, finding=text)


def _lineage(settings: Settings) -> Finding:
    """Tell how far lineage events were sent; what a receiver does not take waits, so it hinders nothing."""
    return Finding("lineage events", ok=True, finding=str(standing(settings.amar_home, LineageSettings())))


def _ledger() -> Finding:
    try:
        with open_context(GovernanceSettings()) as context:
            migrate(context.engine)
            kind = context.engine.dialect.name
    except DBAPIError as error:
        return Finding("ledger", ok=False, finding=str(error.orig).splitlines()[0])
    except (SQLAlchemyError, CommandError) as error:
        return Finding("ledger", ok=False, finding=str(error))
    return Finding("ledger", ok=True, finding=f"the tables are there ({kind})")


def _ledger_key(settings: GovernanceSettings) -> Finding:
    path, name = settings.ledger_key, "ledger key"
    if not path.exists() and settings.environment == "development":
        return Finding(name, ok=True, finding=f"the first act makes {path}")
    try:
        load_key(path, origin=settings.ledger_origin)
    except NoKeyError as error:
        return Finding(name, ok=False, finding=str(error))
    return Finding(name, ok=True, finding=f"{path} signs for {settings.ledger_origin}")


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
    try:
        register.check(settings.amar_home, keyring)
    except KeyringError as error:
        return Finding("pseudonym key", ok=False, finding=str(error))
    text = (
        "the published development key: for demo and tests only" if keyring.published else f"version {keyring.version}"
    )
    return Finding("pseudonym key", ok=True, finding=text)


def _contracts() -> Finding:
    faults = [fault for path in sorted(FOLDER.glob("*.yaml")) for fault in contract_faults(path)]
    if faults:
        return Finding("contracts", ok=False, finding="; ".join(faults))
    names = ", ".join(f"{source.id} {source.version}" for source in load_sources())
    return Finding("contracts", ok=True, finding=names)
