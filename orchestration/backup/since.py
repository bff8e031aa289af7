"""What a later ledger knows of a restored home: what was erased since is there again, what was published since is not.

The restored ledger has to be the beginning of the later one, leaf by leaf; else one of them is not ours.
"""

import tempfile
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from governance.database.copying import copy_sqlite
from governance.database.engine import check_ready, open_database, read
from governance.database.schema import LEDGER_EVENT
from governance.errors import GovernanceError
from governance.ledger.envelope import Event
from governance.ledger.ledger import ERASED, Ledger, NoPayloadError, Reader
from governance.retention.erasure import Step
from governance.retention.expiry import EXPIRED

_ROTATED = "key.rotated"
_BATCH = 5000


class NotTheSameLedgerError(GovernanceError):
    """The restored ledger is not the beginning of the one that is said to be later."""


@dataclass(frozen=True)
class Since:
    """What happened after a backup.

    Attributes:
        events: Events of the later ledger that the restored one does not have.
        kinds: How many of each kind.
        to_repeat: What has to be done again, a sentence each.
    """

    events: int
    kinds: dict[str, int]
    to_repeat: tuple[str, ...]


def told_since(restored: Engine, later: str, size: int) -> Since:
    """Compare a restored ledger with a later one.

    Args:
        restored: Database of the restored home.
        later: File of a SQLite database, or URL of another, with the ledger as it went on.
        size: Events of the restored ledger.

    Raises:
        NotTheSameLedgerError: the later ledger does not begin with the restored one.
        governance.database.engine.DatabaseNotReadyError: there is no ledger of this Amar.
    """
    with _opened(later) as engine:
        check_ready(engine)
        _check_beginning(restored, engine, size)
        with Ledger(engine).reading() as reader:
            events = [event for event in reader.events() if event.sequence > size]
            to_repeat = tuple(words for event in events if (words := _words(reader, event)))
    return Since(len(events), dict(sorted(Counter(event.kind for event in events).items())), to_repeat)


@contextmanager
def _opened(later: str) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="amar-ledger-") as folder:
        if "://" in later:
            url = later.replace("postgresql://", "postgresql+psycopg://", 1)
        else:
            copy = Path(folder) / "later.db"
            copy_sqlite(Path(later), copy)
            url = f"sqlite:///{copy}"
        engine = open_database(url)
        try:
            yield engine
        finally:
            engine.dispose()


def _check_beginning(restored: Engine, later: Engine, size: int) -> None:
    pairs = 0
    with (
        read(restored) as one,
        read(later) as other,
        closing(_leaves(one, size)) as held,
        closing(_leaves(other, size)) as known,
    ):
        for pair in zip(held, known, strict=False):
            pairs += 1
            if pair[0] != pair[1]:
                raise NotTheSameLedgerError(f"event {pairs} differs: the ledgers are not one, or one was changed")
    if pairs < size:
        raise NotTheSameLedgerError(f"the restored ledger has {size} events, the one said to be later {pairs}")


def _leaves(connection: Connection, size: int) -> Generator[str]:
    query = select(LEDGER_EVENT.c.leaf_hash).where(LEDGER_EVENT.c.sequence <= size).order_by(LEDGER_EVENT.c.sequence)
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            yield row[0]


def _words(reader: Reader, event: Event) -> str | None:
    where = f"event {event.sequence} of {event.instant} ({event.clause})"
    if event.kind == Step.DONE.value:
        rows = _rows(reader, event)
        return f"{event.subject}: {rows} lines were erased, {where}; they are here again: amar erase, by two persons"
    if event.kind == Step.CONFIRMED.value:
        return f"{event.subject} was confirmed, {where}: see that it is carried out here"
    if event.kind == EXPIRED:
        return f"{event.subject}: rows as received expired, {where}; they are here again: amar retention apply"
    if event.kind == ERASED:
        return f"{event.subject}: what it said was erased from the ledger, {where}; it is here again"
    if event.kind == _ROTATED:
        return f"a pseudonym key was rotated, {where}: set the keys of before, then rotate again"
    return None


def _rows(reader: Reader, event: Event) -> object:
    try:
        return reader.payload(event.sequence)["rows"]
    except NoPayloadError:
        return "some"
