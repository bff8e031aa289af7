"""What a table must look like for its contract: each column there, with the type that the contract reads."""

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from lake.contracts.database import Query
from lake.contracts.model import Column, Entity, Source
from orchestration.sources.sql.errors import DatabaseSourceError
from orchestration.sources.sql.printing import Family, Printer, family_of, printer
from orchestration.sources.sql.watermark import Mark, mark_of
from vocabulary.text import fold

_ANY_NUMBER = frozenset({Family.TEXT, Family.INTEGER, Family.DECIMAL})
READABLE: Final = {
    "text": frozenset({Family.TEXT}),
    "code": frozenset({Family.TEXT}),
    "integer": _ANY_NUMBER,
    "decimal": _ANY_NUMBER | {Family.FLOAT},
    "jalali_month": frozenset({Family.TEXT, Family.INTEGER}),
    "jalali_date": frozenset({Family.TEXT, Family.INTEGER, Family.DATE, Family.TIMESTAMP}),
    "time": frozenset({Family.TEXT, Family.TIME}),
}
"""What a column may hold, by how the contract reads it, unless its ODCS `physicalType` says which type it has."""

_PHYSICAL: Final = {
    **dict.fromkeys(("char", "character", "varchar", "character varying", "varchar2", "nvarchar"), Family.TEXT),
    **dict.fromkeys(("nvarchar2", "nchar", "bpchar", "text", "ntext", "clob", "string", "uuid"), Family.TEXT),
    **dict.fromkeys(("int", "integer", "smallint", "bigint", "tinyint", "int2", "int4", "int8"), Family.INTEGER),
    **dict.fromkeys(("numeric", "decimal", "number", "money"), Family.DECIMAL),
    **dict.fromkeys(("float", "double", "double precision", "real", "float4", "float8"), Family.FLOAT),
    **dict.fromkeys(("bool", "boolean", "bit"), Family.BOOLEAN),
    **dict.fromkeys(("timestamp", "datetime", "datetime2", "timestamp without time zone"), Family.TIMESTAMP),
    **dict.fromkeys(("timestamptz", "timestamp with time zone", "datetimeoffset"), Family.INSTANT),
    "date": Family.DATE,
    "time": Family.TIME,
}


@dataclass(frozen=True)
class Layout:
    """One table, matched with its contract.

    Attributes:
        table: The table.
        known: The object's received columns that the table has, by name, with how their values are printed.
        extra: The table's other columns, likewise; kept in bronze as `_extra`.
        new_columns: Those of them that the contract does not speak of at all.
        mark: The watermark.
        period: The column with a row's month or day, and how the contract reads it.
        order_by: Columns that put rows of one watermark in order.
    """

    table: sa.Table
    known: dict[str, tuple[sa.Column[Any], Printer]]
    extra: dict[str, tuple[sa.Column[Any], Printer]]
    new_columns: tuple[str, ...]
    mark: Mark
    period: tuple[sa.Column[Any], Column] | None
    order_by: tuple[sa.Column[Any], ...]


def read_layout(connection: sa.Connection, source: Source, entity: Entity) -> Layout:
    """Compare a table with its contract, before any row of it is read.

    Raises:
        DatabaseSourceError: `missing_table`, `missing_column`, `ambiguous_column`, `retyped_column`, or what
            `watermark.mark_of` raises.
    """
    query = query_of(source, entity)
    table = _reflected(connection, source, entity, query)
    names = {fold(header): column.name for column in entity.received for header in column.headers}
    matched: dict[str, sa.Column[Any]] = {}
    extra: dict[str, tuple[sa.Column[Any], Printer]] = {}
    for column in table.columns:
        name = names.get(fold(column.name))
        if name in matched:
            raise _wrong(source, entity, "ambiguous_column", f"two columns of {query.table} are {name}")
        if name:
            matched[name] = column
        else:
            extra[column.name] = (column, printer(family_of(column.type), None))
    by_name = {column.name: column for column in entity.received}
    _check_columns(source, entity, query, matched)
    order = [matched.get(name, table.columns.get(name)) for name in _order(entity, query)]
    period = matched[query.period] if query.period else None
    return Layout(
        table=table,
        known={
            name: (column, printer(family_of(column.type), by_name[name].parse)) for name, column in matched.items()
        },
        extra=extra,
        new_columns=tuple(name for name in extra if name not in {query.watermark, *query.order_by}),
        mark=mark_of(source, entity, query, table),
        period=(period, by_name[query.period or ""]) if period is not None else None,
        order_by=tuple(column for column in order if column is not None),
    )


def query_of(source: Source, entity: Entity) -> Query:
    """Return the table of an object.

    Raises:
        DatabaseSourceError: `no_query`, the object has none.
    """
    if entity.query is None:
        raise _wrong(source, entity, "no_query", "the contract names no table of the object")
    return entity.query


def _reflected(connection: sa.Connection, source: Source, entity: Entity, query: Query) -> sa.Table:
    schema = source.database.schema if source.database else None
    try:
        found = sa.inspect(connection).get_columns(query.table, schema=schema)
    except sa.exc.NoSuchTableError:
        where = f"{schema}.{query.table}" if schema else query.table
        raise _wrong(source, entity, "missing_table", f"the database has no {where} that may be read") from None
    columns = [sa.Column(column["name"], column["type"], nullable=column["nullable"]) for column in found]
    return sa.Table(query.table, sa.MetaData(), *columns, schema=schema)


def _order(entity: Entity, query: Query) -> tuple[str, ...]:
    return query.order_by or tuple(column.name for column in entity.key if not column.derived)


def _check_columns(source: Source, entity: Entity, query: Query, matched: dict[str, sa.Column[Any]]) -> None:
    for wanted in (name for name in (query.period, *_order(entity, query)) if name):
        if wanted not in matched and wanted not in matched.values() and wanted not in query.order_by:
            raise _wrong(source, entity, "missing_column", f"{query.table} lacks {wanted}")
    for column in entity.received:
        found = matched.get(column.name)
        if found is None:
            if not column.optional and (column.required or not column.transient):
                raise _wrong(source, entity, "missing_column", f"{query.table} lacks {column.name}")
            continue
        wanted_families = _families(source, entity, column)
        if family_of(found.type) not in wanted_families:
            expected = " or ".join(sorted(wanted_families))
            reason = f"{query.table}.{found.name} holds {family_of(found.type)}, the contract wants {expected}"
            raise _wrong(source, entity, "retyped_column", reason)


def _families(source: Source, entity: Entity, column: Column) -> frozenset[Family]:
    if not column.physical_type:
        return READABLE[column.parse]
    word = " ".join(column.physical_type.lower().split("(")[0].split())
    if word not in _PHYSICAL:
        raise _wrong(source, entity, "unknown_type", f"physicalType {word} of {column.name} is not known")
    family = _PHYSICAL[word]
    # a decimal without decimals and an integer are one thing where a database has one type for both
    return frozenset({Family.INTEGER, Family.DECIMAL}) if family is Family.INTEGER else frozenset({family})


def _wrong(source: Source, entity: Entity, rule: str, reason: str) -> DatabaseSourceError:
    return DatabaseSourceError(source.id, entity.name, rule, reason)
