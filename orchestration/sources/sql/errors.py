"""Why a source's database cannot be pulled from, in words that hold no value of a row and no secret."""

import sqlalchemy as sa

from lake.contracts.database import Database


class DatabaseSourceError(Exception):
    """A database, or one table of it, cannot be pulled from; what was pulled before stands, the rest waits.

    Attributes:
        source: Id of the source.
        entity: Name of the object, empty where the whole database is meant.
        rule: Short name of what is wrong, such as `missing_column`.
        reason: What is wrong, in words.
    """

    def __init__(self, source: str, entity: str, rule: str, reason: str) -> None:
        """Keep what is wrong, and where."""
        super().__init__(f"{source}{'/' if entity else ''}{entity}: {rule}: {reason}")
        self.source = source
        self.entity = entity
        self.rule = rule
        self.reason = reason


_PASSING_STATES = frozenset({"57P01", "57P02", "57P03", "53300", "40001"})
"""Ended by an administrator or a crash, starting up, too many connections, overtaken by a standby's recovery."""
_NETWORK_WORDS = (
    "refused",
    "timed out",
    "timeout",
    "unreachable",
    "reset by peer",
    "closed the connection",
    "starting up",
    "shutting down",
    "too many clients",
    "temporary failure",
)


def is_passing(error: BaseException) -> bool:
    """Tell whether trying again may help: a dropped connection may come back, a wrong password stays wrong.

    Where a driver does not say, the answer is no: trying wrong credentials again locks accounts.
    """
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    state = _state(error)
    if error.connection_invalidated or state.startswith("08") or state in _PASSING_STATES:
        return True
    connecting = error.statement is None and not state
    return connecting and any(word in str(error.orig).lower() for word in _NETWORK_WORDS)


def named(error: sa.exc.SQLAlchemyError, source: str, entity: str, variable: str) -> DatabaseSourceError:
    """Say what a library's error means; its own text may quote a row or a secret and is left out."""
    if isinstance(error, sa.exc.DBAPIError):
        told = f"{type(error.orig).__name__}, SQLSTATE {_state(error) or 'unknown'}"
        if is_passing(error):
            return DatabaseSourceError(source, entity, "unreachable", f"the connection was lost or not made ({told})")
        if error.statement is None:
            reason = f"the database admits nobody by {variable}: user, password or database is wrong ({told})"
            return DatabaseSourceError(source, entity, "refused", reason)
        if isinstance(error, sa.exc.DataError):
            return DatabaseSourceError(source, entity, "unreadable_value", f"a value has no text form ({told})")
        return DatabaseSourceError(source, entity, "query_failed", f"the database refused the query ({told})")
    return DatabaseSourceError(source, entity, "query_failed", f"the query cannot be made ({type(error).__name__})")


def wrong_kind(source: str, database: Database, backend: str, variable: str) -> DatabaseSourceError:
    """Say that the environment names another kind of database than the contract."""
    reason = f"the contract says {database.kind}, {variable} says {backend}"
    return DatabaseSourceError(source, "", "wrong_kind", reason)


def _state(error: sa.exc.DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
