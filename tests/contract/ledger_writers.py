"""A process that appends to a ledger which others append to as well, and says what it was told."""

from ledger_world import NOW, draft

from governance.database.engine import open_database
from governance.ledger.ledger import Ledger
from governance.ledger.signing import parse_signing_key

MODULES = ["governance.database.engine", "governance.ledger.ledger"]


def write(url, key, name, count, together, said):
    """Append some events, every third time two in a transaction; send each event and the checkpoint seen then."""
    engine = open_database(url)
    signing = parse_signing_key(key)
    ledger = Ledger(engine, key=lambda: signing)
    written, notes = [], []
    together.wait()
    for number in range(count):
        with ledger.writing() as writer:
            written += [writer.append(draft(f"{name}/{number}"), now=NOW) for _ in range(1 + (number % 3 == 0))]
        with ledger.reading() as reader:
            notes.append(reader.checkpoint().note)
    said.put((written, notes))
    engine.dispose()
