"""The words of a contract for an object that is a table of a database.

ODCS `servers` (one entry) says what kind of database it is: `type` (postgresql, oracle, sqlserver, mysql, sqlite) and
`schema`. Where it lies and who asks is a secret, so it is not in the contract: `AMAR_SOURCE_<ID>_URL` in the
environment.

`query` of an object: `table`; `watermark`, the column that grows whenever a row is written or changed (a timestamp, a
date or an integer); `period`, the property whose Jalali month a row belongs to; `orderBy`, columns that put rows of
one watermark in order (by default the object's primary key); `lag`, how far behind the newest a pull stays so that
transactions still under way are not overtaken: seconds before the database's clock for a timestamp (300 by default),
whole days before today for a date (0: up to yesterday), numbers below the largest for an integer (0); `zone`, whose
clock a timestamp without zone shows (`UTC`, `Asia/Tehran`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WORDS = frozenset({"table", "watermark", "period", "orderBy", "lag", "zone"})


class QueryError(ValueError):
    """`servers` or `query` of a contract lacks a word or has one that Amar does not know."""


@dataclass(frozen=True)
class Database:
    """What kind of database a source is pulled from.

    Attributes:
        kind: Its `type` as the contract says it, in lower case.
        schema: Schema of its tables; the connection's default where None.
    """

    kind: str
    schema: str | None


@dataclass(frozen=True)
class Query:
    """How the rows of one object are pulled from its table.

    Attributes:
        table: Name of the table or view.
        watermark: Column that grows whenever a row is written or changed.
        period: Property of the object that holds a row's month or day; None for a source without partitions.
        order_by: Columns that put rows of one watermark in order.
        lag: How far behind the newest a pull stays; None for the default of the watermark's type.
        zone: Whose clock a timestamp without zone shows.
    """

    table: str
    watermark: str
    period: str | None
    order_by: tuple[str, ...]
    lag: int | None = None
    zone: str | None = None


def read_database(servers: Sequence[Any]) -> Database | None:
    """Read `servers` of a contract; None where there are none.

    Raises:
        QueryError: there are several, or the one has no type.
    """
    if not servers:
        return None
    server, *others = servers
    if others or not server.type:
        raise QueryError("servers: one entry with a type is needed")
    return Database(kind=server.type.lower(), schema=server.schema_)


def read_query(section: Any, *, partitioned: bool, correction_slice: Sequence[str]) -> Query | None:
    """Read `query` of an object; None where there is none.

    Args:
        section: The property's value.
        partitioned: Whether the source is cut into months.
        correction_slice: The object's `correctionSlice`.

    Raises:
        QueryError: a word is missing, unknown or of the wrong kind.
    """
    if section is None:
        return None
    if not isinstance(section, Mapping) or not {"table", "watermark"} <= set(section) <= _WORDS:
        raise QueryError(f"query needs table and watermark, and knows {', '.join(sorted(_WORDS))}")
    if partitioned and not section.get("period"):
        raise QueryError("query needs a period, for the source is cut into months")
    if correction_slice:
        raise QueryError("query does not go with correctionSlice: a pull holds changed rows, not whole slices")
    lag, zone = section.get("lag"), section.get("zone")
    if lag is not None and (not isinstance(lag, int) or lag < 0):
        raise QueryError("query: lag is a number from 0 on")
    return Query(
        table=str(section["table"]),
        watermark=str(section["watermark"]),
        period=str(section["period"]) if partitioned else None,
        order_by=tuple(str(name) for name in section.get("orderBy", ())),
        lag=lag,
        zone=_zone(zone),
    )


def _zone(name: Any) -> str | None:
    if name is None:
        return None
    try:
        return ZoneInfo(str(name)).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise QueryError("query: zone is no time zone") from error
