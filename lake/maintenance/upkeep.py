"""Plan and do the upkeep of a home: remove what nothing needs, compact, sum up logs.

The log of a table is never cut: it is small, the notes in it say which files a commit took in, and a version that a
release names must stay openable. What the lake means is not known here, and what a release needs is passed in.
"""

from lake import tables
from lake.layout import Home, Layer
from lake.maintenance.compaction import compact, fragments
from lake.maintenance.leavings import LAYERS, debris, remove, replaced_files, uncommitted_files
from lake.maintenance.model import DEFAULT, Pins, Plan, Policy, TablePlan


def plan(home: Home, pins: Pins, policy: Policy = DEFAULT) -> Plan:
    """Return what `apply` would do; nothing is changed.

    Args:
        home: The installation; the caller holds its writer lock, for a file that is being staged looks like a leaving.
        pins: Versions that releases need.
        policy: How long things are kept.

    Raises:
        MaintenanceError: a version that a release needs cannot be opened.
    """
    found = [(layer, name) for layer in LAYERS for name in tables.versions(home, layer)]
    return Plan(
        tuple(_plan_table(home, layer, name, pins, policy) for layer, name in found),
        debris(home, policy),
    )


def apply(home: Home, pins: Pins, policy: Policy = DEFAULT) -> Plan:
    """Do what is to be done, and return it. Killed at any instant and called again, the lake says the same.

    Files go first and compaction comes last, so that what goes is what `plan` showed; the files that compaction
    replaces go in a later run.

    Args:
        home: The installation; the caller holds its writer lock.
        pins: Versions that releases need.
        policy: How long things are kept.

    Raises:
        MaintenanceError: a version that a release needs cannot be opened; nothing was changed then.
    """
    todo = plan(home, pins, policy)
    for table in todo.tables:
        if table.needs_settings:
            _settle(home, table, policy)
    remove(home, todo.leftovers())
    for table in todo.tables:
        for found in table.fragments:
            compact(home, table.layer, table.name, found, policy)
        _sum_up(home, table, policy)
    return todo


def settings(policy: Policy) -> dict[str, str]:
    """Return the table settings of a policy."""
    return tables.settings(policy.keep_hours, policy.checkpoint_every)


def _plan_table(home: Home, layer: Layer, name: str, pins: Pins, policy: Policy) -> TablePlan:
    table = tables.open_table(home, layer, name)
    pinned = frozenset(pins.get((layer, name), frozenset()))
    uncommitted = uncommitted_files(home, layer, name, policy)
    replaced = replaced_files(home, layer, name, pinned, policy)
    never = {file.path for file in uncommitted}
    return TablePlan(
        layer=layer,
        name=name,
        replaced=tuple(file for file in replaced if file.path not in never),
        uncommitted=uncommitted,
        fragments=fragments(table, policy),
        open_commits=_open_commits(home, layer, name, table.version()),
        pinned=tuple(sorted(pinned)),
        needs_settings=not settings(policy).items() <= table.metadata().configuration.items(),
    )


def _settle(home: Home, table: TablePlan, policy: Policy) -> None:
    tables.open_table(home, table.layer, table.name).alter.set_table_properties(
        settings(policy), commit_properties=tables.properties({"maintenance": "settings"})
    )


def _sum_up(home: Home, table: TablePlan, policy: Policy) -> None:
    opened = tables.open_table(home, table.layer, table.name)
    if _open_commits(home, table.layer, table.name, opened.version()) >= policy.checkpoint_every:
        opened.create_checkpoint()


def _open_commits(home: Home, layer: Layer, name: str, version: int) -> int:
    log = home.table_path(layer, name) / "_delta_log"
    summed_up = (int(path.name[:20]) for path in log.glob("*.checkpoint*.parquet"))
    return version - max(summed_up, default=-1)
