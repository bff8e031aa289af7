"""The ledger as an auditor opens it: as it is, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from governance.context import Context


@contextmanager
def opened() -> Iterator["Context"]:
    """Open the ledger as it is: an auditor makes no tables, and an empty ledger is not a sound one."""
    from governance.context import open_context
    from governance.database.engine import check_ready
    from governance.settings import Settings

    with open_context(Settings()) as context:
        check_ready(context.engine)
        yield context
