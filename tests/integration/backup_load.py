"""A process that writes while a home is backed up: events, commits of tables, releases.

`python backup_load.py HOME`; it says `ready` once it writes and goes on until it is killed.
"""

import sys
from pathlib import Path

import pyarrow as pa
from release_world import FACTS, START, World, fact, write_facts

from governance.context import make_context
from governance.ledger.envelope import Draft
from governance.settings import Settings
from lake import tables
from lake.layout import Home


def main(root: str) -> None:
    """Write as fast as it goes, for a minute at most."""
    home = Home(Path(root))
    context = make_context(Settings(home=home.root))
    world = World(context, home, START)
    for turn in range(2000):
        with context.ledger.writing() as ledger:
            ledger.append(Draft("HQ-STATISTICS", "test.load", f"load/{turn}", "HOUSE-5", {"turn": turn}), now=START)
        tables.append(home, "bronze", "received_file", pa.table({"file_sha256": [f"{turn:064x}"]}))
        tables.append(home, "silver", "mis_report", pa.table({"period": ["1399-12"], "value": [turn]}))
        if turn % 4 == 0:
            write_facts(home, [*FACTS, fact("support_ratio", "IR-24", "1399-12", 100 + turn, 50)])
            world.release()
        if turn == 0:
            sys.stdout.write("ready\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
