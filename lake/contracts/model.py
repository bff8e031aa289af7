"""A source's contract as the lake uses it: typed, and checked against the Open Data Contract Standard.

The YAML files beside this module are plain ODCS 3.1. What Amar adds lives in `customProperties`:

Source: `sender` (who sends it), `partitioned` (by Jalali month), `provenance` (unless each file says so).
SLA: `latency` (days after the month's end), `due` (`end_of_next_month`, where the law sets the day: files are asked for
after it, moved by holidays; without it after the latency).
Object: `filePattern` (regular expression of a file's whole name, groups `sender` and `period`; the name is the path
below the source's landing folder, a member of an archive is `archive.zip!path/in/it`), `totalMarkers`, `header` (`row`,
or `none` where columns are told by position), `sentinels` (texts that mean "no value"), `correctionSlice` (columns that
say, with the month, which rows of an older file a newer one replaces; without it a newer row replaces its key only),
`wide` (how a wide row becomes long ones: see `lake.contracts.wide`), `query` (the object is a table of the database
that ODCS `servers` tells of, instead of files or besides them: see `lake.contracts.database`), `granularity` of its
silver table (`record`, the default, or `aggregate` where its rows are sums).
Property: `codelist`, `parse` (code, jalali_month, jalali_date, time, integer, decimal), `identifier` (kind of
identifier: leaves bronze as the pseudonym `encryptedName`), `padTo` (digits that an identifier is filled up to with
noughts before it becomes a pseudonym, where older files print the same number shorter), `transient` (kept in bronze
only), `position` (1-based place in a file without header), `sentinels` (as on the object, for this column), `optional`
(a file may lack it), `granularity` (`aggregate` where the column tells of the delivery and is the same for all its
rows; else the object's).
Quality: `severity` (`error`, the default: the row is set aside; `warning`: the row is used and the finding listed).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty

from lake.contracts.database import Database, Query, QueryError, read_database, read_query
from lake.contracts.wide import Wide, WideError, parse_wide
from vocabulary.yaml_text import read_yaml

FOLDER = Path(__file__).parent
END_OF_NEXT_MONTH = "end_of_next_month"
_NO_FILE = r"(?!)"
"""Pattern of an object that comes from a database only: no name fits."""


class ContractError(Exception):
    """A contract is not valid ODCS or uses a word that Amar does not know."""


@dataclass(frozen=True)
class Column:
    """One column of an extract, or one derived from others."""

    name: str
    label: str
    aliases: tuple[str, ...]
    logical_type: str
    description: str
    required: bool
    key_position: int | None
    access_class: str
    codelist: str | None
    parse: str
    identifier: str | None
    pseudonym: str | None
    transient: bool
    minimum: int | None
    pattern: str | None
    rule: str | None
    inputs: tuple[str, ...]
    position: int | None = None
    sentinels: tuple[str, ...] = ()
    optional: bool = False
    physical_type: str = ""
    pad_to: int = 0
    granularity: str | None = None

    @property
    def derived(self) -> bool:
        """Whether the column is computed, not received."""
        return self.rule is not None

    @property
    def silver_name(self) -> str:
        """Name of the column in silver: an identifier's is its pseudonym's."""
        return self.pseudonym or self.name

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that an extract may print for the column."""
        return tuple(dict.fromkeys((self.label, *self.aliases, self.name))) if self.label else (self.name,)


@dataclass(frozen=True)
class Check:
    """A rule over several columns of a row, or over the rows of a list.

    Attributes:
        name: Name of the rule, as findings and quarantine show it.
        description: What it asks, with its source.
        settings: `rule`, the kind of check, and what that kind needs.
        severity: `error` sets the row aside, `warning` lists a finding and uses the row.
    """

    name: str
    description: str
    settings: Mapping[str, Any]
    severity: str = "error"


@dataclass(frozen=True)
class Entity:
    """One object of a source: a file layout on the way in, a table in silver."""

    source: str
    name: str
    label: str
    description: str
    grain: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...]
    file_pattern: re.Pattern[str]
    total_markers: tuple[str, ...]
    has_header: bool = True
    correction_slice: tuple[str, ...] = ()
    wide: Wide | None = None
    wide_checks: tuple[Check, ...] = ()
    query: Query | None = None
    granularity: str = "record"

    @cached_property
    def texts(self) -> tuple[Column, ...]:
        """Columns that come as text: those of a file, after its wide rows have become long ones."""
        return tuple(column for column in self.columns if not column.derived)

    @cached_property
    def received(self) -> tuple[Column, ...]:
        """Columns that a file carries, in contract order; of a wide object the wide ones, as bronze keeps them."""
        if self.wide is None:
            return self.texts
        made = {self.wide.value, *self.wide.dimensions}
        value = next(column for column in self.texts if column.name == self.wide.value)
        cells = (
            replace(
                value,
                name=cell.name,
                label=cell.headers[0] if cell.headers else cell.label,
                aliases=cell.headers[1:],
                description=f"{value.description} {cell.label}.",
                position=cell.position,
            )
            for cell in self.wide.cells
        )
        return (*(column for column in self.texts if column.name not in made), *cells)

    @property
    def key(self) -> tuple[Column, ...]:
        """Columns that identify a row, in key order."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(sorted(keyed, key=lambda column: column.key_position or 0))

    @cached_property
    def judged(self) -> tuple[Column, ...]:
        """Received columns that are typed: all but the transient ones of which no derivation or check speaks."""
        spoken = {name for column in self.columns for name in column.inputs}
        spoken |= {word for check in self.checks for word in _words(check.settings)}
        return tuple(column for column in self.texts if not column.transient or column.name in spoken)

    @property
    def kept(self) -> tuple[Column, ...]:
        """Columns that reach silver."""
        return tuple(column for column in self.columns if not column.transient)


@dataclass(frozen=True)
class Source:
    """One source: who sends what, when it is due, and the objects in it."""

    id: str
    name: str
    version: str
    domain: str
    purpose: str
    owner: str
    sender: str
    partitioned: bool
    provenance: str | None
    latency_days: int | None
    entities: tuple[Entity, ...]
    digest: str
    database: Database | None = None
    due: str | None = None


@cache
def load_source(source: str) -> Source:
    """Load one contract by its source id.

    Raises:
        ContractError: there is no such contract, or it is not valid.
    """
    path = FOLDER / f"{source}.yaml"
    if not path.is_file():
        raise ContractError(f"no contract for source {source!r}; known: {', '.join(source_ids())}")
    return read_contract(path)


def source_ids() -> tuple[str, ...]:
    """Return the ids of all sources that have a contract, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load_sources() -> tuple[Source, ...]:
    """Load every contract."""
    return tuple(load_source(source) for source in source_ids())


def read_contract(path: Path) -> Source:
    """Read one contract file.

    Raises:
        ContractError: the file is not ODCS or lacks what Amar needs.
    """
    try:
        document = OpenDataContractStandard.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ContractError(f"{path.name}: not an ODCS contract: {error}") from error
    if not document.id or not document.version or not document.schema_:
        raise ContractError(f"{path.name}: id, version and schema are needed")
    custom = _custom(document.customProperties)
    partitioned = bool(custom.get("partitioned", True))
    database = _database(document, path)
    sla = {item.property: item.value for item in document.slaProperties or []}
    members = getattr(document.team, "members", None) or []
    return Source(
        id=document.id,
        name=document.name or document.id,
        version=document.version,
        domain=document.domain or "",
        purpose=(document.description.purpose or "") if document.description else "",
        owner=members[0].username if members else "",
        sender=str(custom.get("sender", "")),
        partitioned=partitioned,
        provenance=custom.get("provenance"),
        latency_days=int(str(sla["latency"])) if sla.get("latency") is not None else None,
        entities=tuple(_entity(document.id, item, path, partitioned=partitioned) for item in document.schema_),
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        database=database,
        due=_due(sla.get("due"), path),
    )


def _due(rule: Any, path: Path) -> str | None:
    if rule not in (None, END_OF_NEXT_MONTH):
        raise ContractError(f"{path.name}: due must be {END_OF_NEXT_MONTH}, or left to latency")
    return None if rule is None else END_OF_NEXT_MONTH


def _entity(source: str, item: SchemaObject, path: Path, *, partitioned: bool) -> Entity:
    custom = _custom(item.customProperties)
    if not item.name or not custom.keys() & {"filePattern", "query"}:
        raise ContractError(f"{path.name}: each object needs a name and a filePattern or a query")
    wide = _wide(custom.get("wide"), item, path)
    checks = [
        Check(check.name or "", check.description or "", check.implementation, check.severity or "error")
        for check in item.quality or []
        if isinstance(check.implementation, Mapping)
    ]
    of_wide_rows = [check for check in checks if wide and check.settings.get("rule") == "additive"]
    return Entity(
        source=source,
        name=item.name,
        label=item.businessName or item.name,
        description=item.description or "",
        grain=item.dataGranularityDescription or "",
        columns=tuple(_column(column, path, tuple(custom.get("sentinels", ()))) for column in item.properties or []),
        checks=tuple(check for check in checks if check not in of_wide_rows),
        file_pattern=_pattern(str(custom.get("filePattern", _NO_FILE)), item, path),
        total_markers=tuple(custom.get("totalMarkers", ())),
        has_header=custom.get("header", "row") != "none",
        correction_slice=tuple(custom.get("correctionSlice", ())),
        wide=wide,
        wide_checks=tuple(of_wide_rows),
        query=_query(custom, item, path, partitioned=partitioned),
        granularity=str(custom.get("granularity", "record")),
    )


def _pattern(text: str, item: SchemaObject, path: Path) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ContractError(f"{path.name}: object {item.name!r}: filePattern: {error}") from error


def _database(document: OpenDataContractStandard, path: Path) -> Database | None:
    try:
        return read_database(document.servers or [])
    except QueryError as error:
        raise ContractError(f"{path.name}: {error}") from error


def _query(custom: Mapping[str, Any], item: SchemaObject, path: Path, *, partitioned: bool) -> Query | None:
    try:
        return read_query(
            custom.get("query"), partitioned=partitioned, correction_slice=custom.get("correctionSlice", ())
        )
    except QueryError as error:
        raise ContractError(f"{path.name}: object {item.name!r}: {error}") from error


def _wide(section: Any, item: SchemaObject, path: Path) -> Wide | None:
    if section is None:
        return None
    try:
        wide = parse_wide(section)
    except WideError as error:
        raise ContractError(f"{path.name}: object {item.name!r}: {error}") from error
    names = {column.name for column in item.properties or [] if not column.transformLogic}
    for name in sorted({wide.value, *wide.dimensions} - names):
        raise ContractError(f"{path.name}: object {item.name!r}: wide names {name!r}, which is no property of it")
    return wide


_DEFAULT_PARSE = {"integer": "integer", "number": "decimal", "date": "jalali_date", "time": "time"}
_PARSES = frozenset({"text", "code", "jalali_month", "jalali_date", "time", "integer", "decimal"})


def _column(item: SchemaProperty, path: Path, sentinels: tuple[str, ...]) -> Column:
    custom = _custom(item.customProperties)
    options = item.logicalTypeOptions or {}
    logical = item.logicalType or "string"
    parse = str(custom.get("parse", _DEFAULT_PARSE.get(logical, "text")))
    if not item.name or parse not in _PARSES:
        raise ContractError(f"{path.name}: column {item.name!r}: parse must be one of {', '.join(sorted(_PARSES))}")
    if ("identifier" in custom) != bool(item.encryptedName):
        raise ContractError(f"{path.name}: column {item.name!r}: an identifier needs an encryptedName, and only it")
    return Column(
        name=item.name,
        label=item.businessName or "",
        aliases=tuple(alias.synonym for alias in item.synonyms or [] if alias.synonym),
        logical_type=logical,
        description=item.description or "",
        required=bool(item.required),
        key_position=item.primaryKeyPosition if item.primaryKey else None,
        access_class=item.classification or "",
        codelist=custom.get("codelist"),
        parse=parse,
        identifier=custom.get("identifier"),
        pseudonym=item.encryptedName,
        transient=bool(custom.get("transient", False)),
        minimum=options.get("minimum"),
        pattern=options.get("pattern"),
        rule=item.transformLogic,
        inputs=tuple(item.transformSourceObjects or ()),
        position=int(custom["position"]) if "position" in custom else None,
        sentinels=(*sentinels, *custom.get("sentinels", ())),
        optional=bool(custom.get("optional", False)),
        physical_type=item.physicalType or "",
        pad_to=int(custom.get("padTo", 0)),
        granularity=custom.get("granularity"),
    )


def _words(settings: Any) -> frozenset[str]:
    """Return every text in the settings of a check, however deep; some are names of columns."""
    if isinstance(settings, Mapping):
        return _words([*settings, *settings.values()])
    if isinstance(settings, list):
        return frozenset().union(*map(_words, settings))
    return frozenset({settings} if isinstance(settings, str) else ())


def _custom(properties: Any) -> dict[str, Any]:
    return {item.property: item.value for item in properties or [] if item.property}
