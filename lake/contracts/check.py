"""Whether every word of a contract means something, told before any file is read.

Reading a contract (`lake.contracts.model`) finds what is malformed; what is found here is well formed and would fail,
or be passed over, once a file came: an unknown rule, a codelist that does not exist, a word nobody reads.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from lake.checks.lists import COUNT, LIST_CHECKS
from lake.checks.rows import CHECKS
from lake.contracts.model import Column, ContractError, Entity, Source, read_contract
from lake.normalise import DERIVATIONS, UNIT
from lake.shape import AdditiveError, equations
from vocabulary.codelists.load import list_codelists, load_codelist
from vocabulary.text import fold
from vocabulary.yaml_text import read_yaml

SOURCE_WORDS = frozenset({"sender", "partitioned", "provenance"})
OBJECT_WORDS = frozenset(
    {"filePattern", "totalMarkers", "header", "sentinels", "correctionSlice", "wide", "query", "granularity"}
)
PROPERTY_WORDS = frozenset(
    {"codelist", "granularity", "parse", "identifier", "transient", "optional", "position", "sentinels", "padTo"}
)
OPTION_WORDS = frozenset({"minimum", "pattern"})
IDENTIFIERS = frozenset(
    {"person", "insured", "workshop", "file", "operator", "event", "transfer", "document", "order", "list", "binder"}
)
SILVER_TYPES = frozenset({"string", "integer", "number", "date", "timestamp"})
_SENDER = "_sender"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def contract_faults(path: Path) -> list[str]:
    """Return what is wrong with a contract file, each with object, column and word; nothing where it is sound."""
    try:
        source = read_contract(path)
    except ContractError as error:
        return [str(error)]
    document = read_yaml(path.read_text(encoding="utf-8"))
    found = [*_unread_words(document), *_source_faults(source)]
    if source.id != path.stem:
        found.append(f"the file must be named after its id: {source.id}.yaml")
    return [f"{path.name}: {fault}" for fault in found]


def _unread_words(document: Mapping[str, Any]) -> Iterator[str]:
    """Name the words in `customProperties` and the options that nothing reads."""
    yield from _unknown("the contract", document, SOURCE_WORDS)
    for item in document["schema"]:
        about = f"object {item['name']!r}"
        yield from _unknown(about, item, OBJECT_WORDS)
        for column in item.get("properties", []):
            here = f"{about}, column {column['name']!r}"
            yield from _unknown(here, column, PROPERTY_WORDS)
            for option in sorted(set(column.get("logicalTypeOptions", {})) - OPTION_WORDS):
                yield f"{here}: unknown option {option!r}; known: {', '.join(sorted(OPTION_WORDS))}"
        for check in item.get("quality", []):
            if not isinstance(check.get("implementation"), Mapping) or "rule" not in check["implementation"]:
                yield f"{about}: check {check.get('name')!r} needs an implementation with a rule"
            if check.get("severity", "error") not in ("error", "warning"):
                yield f"{about}: check {check.get('name')!r}: severity is error or warning"


def _unknown(about: str, item: Mapping[str, Any], known: Iterable[str]) -> Iterator[str]:
    words = {custom.get("property") for custom in item.get("customProperties", [])}
    for word in sorted(map(str, words.difference(known))):
        yield f"{about}: unknown word {word!r} in customProperties; known: {', '.join(sorted(known))}"


def _source_faults(source: Source) -> Iterator[str]:
    yield from _repeated("object", [entity.name for entity in source.entities])
    for entity in source.entities:
        about = f"object {entity.name!r}"
        for find in (_partition_faults, _list_faults):
            yield from (f"{about}: {fault}" for fault in find(source, entity))
        for fault in (*_object_faults(entity), *_wide_faults(entity)):
            yield f"{about}: {fault}"
        for column in entity.columns:
            for fault in _column_faults(column, entity):
                yield f"{about}, column {column.name!r}: {fault}"


def _object_faults(entity: Entity) -> Iterator[str]:
    if not _NAME.fullmatch(entity.name):
        yield "its name must be lower case letters, digits and _: it names the silver table"
    if not entity.key:
        yield "no column is a primaryKey: a row sent again could not be told from a new one"
    names = {column.name for column in entity.columns}
    yield from _repeated("column", [column.name for column in entity.received])
    yield from _repeated("silver column", [column.silver_name for column in entity.kept])
    yield from _repeated("check", [check.name for check in (*entity.checks, *entity.wide_checks)])
    for name in sorted(set(entity.correction_slice) - names):
        yield f"correctionSlice names {name!r}, which is no column"
    for check in entity.checks:
        if check.settings.get("rule") not in {*CHECKS, *LIST_CHECKS}:
            known = ", ".join(sorted({*CHECKS, *LIST_CHECKS}))
            yield f"check {check.name!r}: unknown rule {check.settings.get('rule')!r}; known: {known}"
    if not entity.has_header:
        yield from _position_faults(entity)


def _position_faults(entity: Entity) -> Iterator[str]:
    for column in entity.received:
        if column.position is None or column.position < 1:
            yield f"column {column.name!r} needs a position: the file has no header"
    yield from _repeated("position", [str(column.position) for column in entity.received if column.position])


def _partition_faults(source: Source, entity: Entity) -> Iterator[str]:
    groups = set(entity.file_pattern.groupindex)
    for group in sorted(groups - {"sender", "period"}):
        yield f"filePattern: unknown group {group!r}; known: period, sender"
    if source.partitioned and entity.query is None and "period" not in groups:
        yield "filePattern has no group `period`, though the source is partitioned by month"
    if source.partitioned and "period" not in {column.name for column in entity.kept}:
        yield "no column `period`, though the source is partitioned by month"


def _list_faults(source: Source, entity: Entity) -> Iterator[str]:
    """Find rules over lists that name what is not there, or keys that could never be equal."""
    own = _silver_types(entity)
    for check in (check for check in entity.checks if check.settings.get("rule") in LIST_CHECKS):
        name = check.settings.get("object")
        other = next((item for item in source.entities if item.name == name), None)
        if other is None:
            yield f"check {check.name!r}: {name!r} is no object of the contract"
            continue
        if not check.settings.get("keys"):
            yield f"check {check.name!r}: names no keys"
            continue
        theirs = {**_silver_types(other), COUNT: "integer"}
        totals = check.settings.get("totals", {})
        for column in sorted({*check.settings["keys"], *check.settings.get("distinct", ()), *totals} - own.keys()):
            yield f"check {check.name!r}: {column!r} is no column of silver"
        for column in sorted({*check.settings["keys"], *totals.values()} - theirs.keys()):
            yield f"check {check.name!r}: {column!r} is no column of silver's {other.name}"
        for column in check.settings["keys"]:
            if own.get(column, theirs.get(column)) != theirs.get(column):
                yield f"check {check.name!r}: {column} is {own[column]} here and {theirs[column]} in {other.name}"


def _silver_types(entity: Entity) -> dict[str, str]:
    return {column.silver_name: column.identifier or column.logical_type for column in entity.kept}


def _wide_faults(entity: Entity) -> Iterator[str]:
    if entity.wide is None:
        return
    columns = {column.name: column for column in entity.columns}
    for dimension in entity.wide.dimensions:
        column = columns[dimension]
        if column.key_position is None:
            yield f"{dimension} is a breakdown of wide and must be part of the primaryKey"
        words = set(load_codelist(column.codelist).labels()) if column.codelist in list_codelists() else None
        codes = {cell.codes[dimension] for cell in entity.wide.in_silver}
        for code in sorted(code for code in codes if words is not None and fold(code) not in words):
            yield f"wide: {column.codelist} has no code {code!r} for {dimension}"
    for check in entity.wide_checks:
        try:
            equations(entity.wide, check)
        except AdditiveError as error:
            yield str(error)


def _column_faults(column: Column, entity: Entity) -> Iterator[str]:
    classes = {code.lower() for code in load_codelist("CL_ACCESS_CLASS").codes}
    if column.access_class not in classes:
        yield f"classification must be one of {', '.join(sorted(classes))}"
    if not _NAME.fullmatch(column.silver_name):
        yield "a name must be lower case letters, digits and _"
    if column.logical_type not in SILVER_TYPES and not column.transient:
        known = ", ".join(sorted(SILVER_TYPES))
        yield f"logicalType {column.logical_type!r} is kept in bronze only; silver holds {known}"
    if column.codelist and column.codelist not in (UNIT, *list_codelists()):
        yield f"unknown codelist {column.codelist!r}"
    yield from _identity_faults(column, entity)
    if column.transient and column.key_position is not None:
        yield "a column of the primaryKey cannot be transient"
    if column.pattern is not None and not _is_pattern(column.pattern):
        yield f"pattern {column.pattern!r} is no regular expression (of Rust's kind: no look-around)"
    if column.rule is not None and column.rule not in DERIVATIONS:
        yield f"unknown transformLogic {column.rule!r}; known: {', '.join(sorted(DERIVATIONS))}"
    for name in sorted(set(column.inputs) - {_SENDER, *(other.name for other in entity.columns)}):
        yield f"transformSourceObjects names {name!r}, which is no column"


def _identity_faults(column: Column, entity: Entity) -> Iterator[str]:
    """Find what could let an identifier out of bronze (OPEN-1)."""
    if column.identifier and column.identifier not in IDENTIFIERS:
        yield f"unknown kind of identifier {column.identifier!r}; known: {', '.join(sorted(IDENTIFIERS))}"
    if not column.transient and entity.granularity == "record" and _is_open(column):
        yield (
            "text of any kind may hold an identifier and stays in bronze (OPEN-1): "
            "make it transient, or give it a codelist, a pattern or an identifier"
        )


def _is_open(column: Column) -> bool:
    """Tell whether a received column lets through whatever text it holds."""
    is_read = column.parse in ("text", "code") and column.logical_type == "string" and not column.derived
    return is_read and not (column.codelist or column.pattern or column.identifier)


def _is_pattern(pattern: str) -> bool:
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError:
        return False
    return True


def _repeated(kind: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{kind} {name!r} stands {count} times"
