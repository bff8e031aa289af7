"""Opening governance for a command, with its tables made on first use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from governance.context import Context


@contextmanager
def governed() -> Iterator["Context"]:
    """Open governance for the length of a `with` block; imports wait until then."""
    from governance.context import open_context
    from governance.database.engine import migrate
    from governance.settings import Settings

    with open_context(Settings()) as context:
        migrate(context.engine)
        yield context
