"""The signed checkpoints that a ledger keeps: the newest, the last of each day, and those that were given out.

One that was given out (exported, cosigned) is marked and stays as it is for good; any other gives its row to the next
one of its day.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from governance.database.schema import LEDGER_CHECKPOINT, LEDGER_COSIGNATURE, LEDGER_EVENT
from governance.errors import GovernanceError
from governance.ledger.checkpoint import cosigned_at
from governance.ledger.note import NoteError, parse_note
from governance.ledger.signing import parse_vkey

_DAY = len("2026-11-22")


class NoCheckpointError(GovernanceError):
    """The ledger keeps no such checkpoint."""


@dataclass(frozen=True)
class KeptCheckpoint:
    """A checkpoint that the ledger keeps.

    Attributes:
        tree_size: Number of events that it covers.
        instant: Instant of the newest of them.
        root_hash: RFC 9162 tree head, hexadecimal.
        note: The signed note, with the lines of witnesses.
        vkey: Public key of the ledger that signed it.
        is_kept: Whether it was given out and so is never replaced.
        witnesses: Public keys of the witnesses that cosigned it.
    """

    tree_size: int
    instant: str
    root_hash: str
    note: str
    vkey: str
    is_kept: bool
    witnesses: tuple[str, ...] = ()


_COLUMNS = LEDGER_CHECKPOINT.c
_NEWEST = select(LEDGER_CHECKPOINT).order_by(_COLUMNS.tree_size.desc()).limit(1)
_HEAD = select(func.coalesce(func.max(LEDGER_EVENT.c.sequence), 0))
_OPENING = _NEWEST.add_columns(_HEAD.scalar_subquery().label("head"))
_INSERT = insert(LEDGER_CHECKPOINT)
_REPLACE = update(LEDGER_CHECKPOINT).where(_COLUMNS.tree_size == bindparam("replaced"))


def opening(connection: Connection) -> tuple[int, KeptCheckpoint | None]:
    """Return the number of events, and the newest checkpoint as the ledger alone signed it, if anything was signed."""
    row = connection.execute(_OPENING).one_or_none()
    if row is None:
        return connection.execute(_HEAD).scalar_one(), None
    said = row._asdict()
    return said.pop("head"), KeptCheckpoint(**said)


def find(connection: Connection, tree_size: int | None = None) -> KeptCheckpoint:
    """Return a checkpoint with its witnesses, by default the newest.

    Raises:
        NoCheckpointError: none is kept at this size.
    """
    query = _NEWEST if tree_size is None else select(LEDGER_CHECKPOINT).where(_COLUMNS.tree_size == tree_size)
    found = _all(connection, query)
    if not found:
        raise NoCheckpointError(f"the ledger keeps no checkpoint{'' if tree_size is None else f' of size {tree_size}'}")
    return found[0]


def listed(connection: Connection, *, after: int = 0, limit: int | None = None) -> list[KeptCheckpoint]:
    """Return the kept checkpoints of more than `after` events, by size."""
    query = select(LEDGER_CHECKPOINT).where(_COLUMNS.tree_size > after).order_by(_COLUMNS.tree_size).limit(limit)
    return _all(connection, query)


def place(connection: Connection, checkpoint: KeptCheckpoint, previous: KeptCheckpoint | None) -> None:
    """Keep a new checkpoint, in the row of the previous one where that is of the same day and was not given out."""
    values = {name: getattr(checkpoint, name) for name in _COLUMNS.keys()}  # noqa: SIM118
    if previous and not previous.is_kept and previous.instant[:_DAY] == checkpoint.instant[:_DAY]:
        connection.execute(_REPLACE, {**values, "replaced": previous.tree_size})
    else:
        connection.execute(_INSERT, values)


def keep(connection: Connection, tree_size: int) -> None:
    """Mark a checkpoint as given out.

    Raises:
        NoCheckpointError: none is kept at this size.
    """
    find(connection, tree_size)
    query = update(LEDGER_CHECKPOINT).where(_COLUMNS.tree_size == tree_size, ~_COLUMNS.is_kept)
    connection.execute(query.values(is_kept=True))


def cosign(connection: Connection, content: str, witness: str) -> KeptCheckpoint:
    """Keep a witness's cosignature of a checkpoint of this ledger; a second time changes nothing.

    Args:
        connection: A writing transaction.
        content: The cosigned note.
        witness: The witness's public key as text.

    Raises:
        NoCheckpointError: the ledger keeps no such checkpoint.
        NoteError: the note is not the kept one, or the witness's signature is not good.
    """
    key = parse_vkey(witness)
    cosigned_at(content, key)
    note = parse_note(content)
    tree_size = int(note.text.split("\n")[1])
    found = find(connection, tree_size)
    if parse_note(found.note).text != note.text:
        raise NoteError(f"what {key.name} cosigned is not the ledger's checkpoint of size {tree_size}")
    if witness not in found.witnesses:
        line = next(each for each in note.signatures if (each.name, each.key_id) == (key.name, key.key_id)).line()
        keep(connection, tree_size)
        values = {"tree_size": tree_size, "vkey": witness, "line": line}
        connection.execute(insert(LEDGER_COSIGNATURE).values(values))
    return find(connection, tree_size)


def _all(connection: Connection, query: Select[Any]) -> list[KeptCheckpoint]:
    rows = connection.execute(query).all()
    columns = LEDGER_COSIGNATURE.c
    sizes = [row.tree_size for row in rows]
    cosigned = select(LEDGER_COSIGNATURE).where(columns.tree_size.in_(sizes)).order_by(columns.tree_size, columns.vkey)
    lines: dict[int, list[Row[Any]]] = {}
    for line in connection.execute(cosigned):
        lines.setdefault(line.tree_size, []).append(line)
    return [_with_witnesses(row, lines.get(row.tree_size, [])) for row in rows]


def _with_witnesses(row: Row[Any], lines: list[Row[Any]]) -> KeptCheckpoint:
    said = row._asdict()
    note = said.pop("note") + "".join(line.line for line in lines)
    return KeptCheckpoint(**said, note=note, witnesses=tuple(line.vkey for line in lines))
