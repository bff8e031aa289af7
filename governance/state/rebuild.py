"""Making the state tables again from the ledger, beside those that are there: equal, or the difference is named.

The tables are written in the transaction of the events that say them; a row written around the ledger, or one that is
missing, is found here. The ledger's own tree and checkpoints are recomputed by `governance.ledger.verify`.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, create_engine, insert, select

from governance.database.schema import METADATA, OFFICIAL
from governance.ledger.ledger import Reader
from governance.register import entries, waits

STATE_TABLES: tuple[Table, ...] = (OFFICIAL,)
"""Every table that is state of the ledger."""


def differences(ledger: Reader) -> list[str]:
    """Rebuild the state tables in a scratch database and name every row that differs; none for a sound home."""
    scratch = create_engine("sqlite://")
    try:
        with scratch.begin() as rebuilt:
            METADATA.create_all(rebuilt, tables=STATE_TABLES)
            _rebuild(rebuilt, ledger)
            found = [line for table in STATE_TABLES for line in _compared(table, rebuilt, ledger.connection)]
    finally:
        scratch.dispose()
    waiting = [f"official_before {each.code}: not entered in the ledger yet" for each in waits(ledger)]
    return found + waiting


def _rebuild(rebuilt: Connection, ledger: Reader) -> None:
    rows = [{"code": held.code, "sequence": held.sequence} for held in entries(ledger)]
    if rows:
        rebuilt.execute(insert(OFFICIAL), rows)


def _compared(table: Table, rebuilt: Connection, held: Connection) -> Iterable[str]:
    wanted, found = (_rows(table, connection) for connection in (rebuilt, held))
    for key in sorted(wanted.keys() | found.keys()):
        if key not in found:
            yield f"{table.name} {key}: the ledger says it, the table does not"
        elif key not in wanted:
            yield f"{table.name} {key}: the table says it, the ledger does not"
        elif wanted[key] != found[key]:
            yield f"{table.name} {key}: {found[key]} in the table, {wanted[key]} by the ledger"


def _rows(table: Table, connection: Connection) -> dict[str, tuple[Any, ...]]:
    (key,) = table.primary_key.columns
    return {str(row._mapping[key]): tuple(row) for row in connection.execute(select(table))}
