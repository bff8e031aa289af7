"""The tables that dbt reads, as the contracts describe them: names, DuckDB types, meaning, access tags.

What does not belong here: reading rows, and the marts, which dbt describes itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from lake.contracts.model import Column as ContractColumn
from lake.contracts.model import ContractError, Entity, Source, load_sources
from lake.plan.column import Trait

_SQL_TYPES = {
    "string": "varchar",
    "integer": "bigint",
    "number": "decimal(20, 3)",
    "date": "date",
    "timestamp": "timestamptz",
}


OF_DELIVERY = "aggregate"
"""Granularity of what is told of a delivery and is the same for all its rows: an act of an office, not of a person."""


@dataclass(frozen=True)
class Column:
    """A column of a table that dbt reads.

    Attributes:
        name: Name in the lake.
        sql_type: DuckDB type.
        description: Meaning.
        access_class: `public`, `private` or `capital` (OPEN-1…3).
        granularity: `record`, `aggregate` or `protected`.
        trait: How well its values tell one record from another.
    """

    name: str
    sql_type: str
    description: str
    access_class: str
    granularity: str
    trait: Trait = Trait.CATEGORY


@dataclass(frozen=True)
class Table:
    """A table that dbt reads.

    Attributes:
        layer: Layer of the lake, `silver` or `bronze`.
        name: Name of the table.
        source: Source that its rows come from; empty where it holds all sources.
        description: Meaning; opens with the grain.
        owner: Office that answers for it.
        columns: Its columns in order.
    """

    layer: str
    name: str
    source: str
    description: str
    owner: str
    columns: tuple[Column, ...]


@cache
def silver_tables() -> tuple[Table, ...]:
    """Give all silver tables, ordered by name.

    Raises:
        lake.contracts.model.ContractError: a contract names a type that silver does not hold.
    """
    tables = [silver_table(source, entity) for source in load_sources() for entity in source.entities]
    return tuple(sorted(tables, key=lambda table: table.name))


def silver_table(source: Source, entity: Entity) -> Table:
    """Give the silver table of one object of a contract."""
    return Table(
        layer="silver",
        name=entity.name,
        source=source.id,
        description=f"One row a {entity.grain}. {entity.description}",
        owner=source.owner,
        columns=tuple(_silver_columns(entity, entity.granularity)),
    )


@cache
def outcome_tables() -> tuple[Table, ...]:
    """Give the tables of what became of rows that are not in silver, and of the rules that rows broke, by name."""
    tables = [table for source in load_sources() for table in (_finding_table(source), _row_state_table(source))]
    return tuple(sorted(tables, key=lambda table: table.name))


def correction_tables() -> tuple[Table, ...]:
    """Give the tables of which row was mended by which correction; dbt reads none of them."""
    columns = {
        "correction_id": ("varchar", "Correction that mended the row."),
        "_file_sha256": ("varchar", "SHA-256 of the file that the row came in."),
        "_row_number": ("bigint", "Physical record in that file, from 1."),
    }
    about = "One row a received row that a correction mended."
    return tuple(_outcome_table(source, "correction", about, columns) for source in load_sources())


def lake_tables() -> tuple[Table, ...]:
    """Give every table of the lake that dbt reads."""
    return (*silver_tables(), *outcome_tables(), received_file())


def _finding_table(source: Source) -> Table:
    columns = {
        "entity": ("varchar", "Object of the contract."),
        "rule": ("varchar", "Rule that the row breaks."),
        "column": ("varchar", "Column that the rule is about."),
        "severity": ("varchar", "error (the row was set aside) or warning (the row is used)."),
        "unit_code": ("varchar", "Unit of the row; null where it has none."),
        **_place(source),
    }
    return _outcome_table(
        source, "finding", "One row a rule that a row breaks: every rule, not the first only.", columns
    )


def _row_state_table(source: Source) -> Table:
    columns = {
        "entity": ("varchar", "Object of the contract."),
        "state": ("varchar", "quarantined, duplicate, superseded or layout."),
        "rule": ("varchar", "First rule that a quarantined row breaks; null for the others."),
        "column": ("varchar", "Column that the rule is about."),
        **_place(source),
    }
    return _outcome_table(source, "row_state", "One row a received row that is not in silver: why it is not.", columns)


def _place(source: Source) -> dict[str, tuple[str, str]]:
    place = {
        "_file_sha256": ("varchar", "SHA-256 of the file that the row came in."),
        "_row_number": ("bigint", "Physical record in that file, from 1."),
    }
    return place | ({"period": ("varchar", "Jalali month that the file is of.")} if source.partitioned else {})


def _outcome_table(source: Source, kind: str, about: str, columns: Mapping[str, tuple[str, str]]) -> Table:
    return Table(
        layer="silver",
        name=f"{source.id}_{kind}",
        source=source.id,
        description=about,
        owner=source.owner,
        columns=tuple(_outcome_column(name, sql, text) for name, (sql, text) in columns.items()),
    )


def _outcome_column(name: str, sql_type: str, text: str) -> Column:
    granularity = OF_DELIVERY if name == "_file_sha256" else "record"
    trait = Trait.IDENTIFIER if name == "_row_number" else Trait.CATEGORY
    return Column(name, sql_type, text, "public", granularity, trait)


def received_file() -> Table:
    """Give the register of received files."""
    columns = {
        "source": ("varchar", "Source whose contract the file follows."),
        "object": ("varchar", "Object of the contract."),
        "file_name": ("varchar", "Name as received."),
        "file_sha256": ("varchar", "SHA-256 of the bytes, hexadecimal."),
        "size_bytes": ("bigint", "Size."),
        "encoding": ("varchar", "Encoding that the text was read in."),
        "delimiter": ("varchar", "Delimiter between cells."),
        "period": ("varchar", "Jalali month in the file's name; null for a source without months."),
        "sender_code": ("varchar", "Unit that sent the file."),
        "prepared_on": ("date", "Day that the file says it was prepared (Gregorian); null where it does not."),
        "provenance": ("varchar", "Code of CL_PROVENANCE in lower case."),
        "lines_read": ("bigint", "Physical records, titles and blanks included."),
        "new_columns": (
            "varchar",
            "Printed headers that the contract does not know, one a line; null where there are none.",
        ),
        "container_sha256": ("varchar", "SHA-256 of the archive that the file came in; null where it came alone."),
        "ingest_id": ("varchar", "Run that took the file in."),
    }
    return Table(
        layer="bronze",
        name="received_file",
        source="",
        description="One row a file taken in.",
        owner="office-of-statistics",
        columns=tuple(Column(name, kind, text, "public", OF_DELIVERY) for name, (kind, text) in columns.items()),
    )


def _silver_columns(entity: Entity, granularity: str) -> Iterator[Column]:
    for column in entity.kept:
        yield _silver_column(column, granularity)
    yield Column("provenance", "varchar", "Code of CL_PROVENANCE in lower case.", "public", OF_DELIVERY)
    if any(column.pseudonym for column in entity.kept):
        yield Column("_key_version", "bigint", "Version of the key behind the pseudonyms.", "public", OF_DELIVERY)
    yield Column("_file_sha256", "varchar", "SHA-256 of the file that the row came in.", "public", OF_DELIVERY)
    text = "Physical record in that file, from 1."
    yield Column("_row_number", "bigint", text, "public", granularity, Trait.IDENTIFIER)


def _silver_column(column: ContractColumn, granularity: str) -> Column:
    if column.pseudonym:
        text = f"{column.description} Pseudonym, 16 bytes."
        return Column(column.pseudonym, "blob", text, column.access_class, "record", Trait.IDENTIFIER)
    if column.logical_type not in _SQL_TYPES:
        raise ContractError(f"{column.name}: silver holds no {column.logical_type}")
    kind = _SQL_TYPES[column.logical_type]
    granularity = column.granularity or granularity
    return Column(column.name, kind, column.description, column.access_class, granularity, _trait(column))


def _trait(column: ContractColumn) -> Trait:
    """Tell how well a column tells records apart: codes are shared by many, private texts without a list by few."""
    if column.logical_type != "string":
        return Trait.ATTRIBUTE
    if column.codelist is None and column.access_class != "public":
        return Trait.IDENTIFIER
    return Trait.CATEGORY
