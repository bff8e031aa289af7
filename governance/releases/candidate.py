"""From gold rows to publishable rows: gate, division, rounding, statuses. Pure: tables in, tables out.

Reading the lake is `governance.releases.build`; writing files is `governance.releases.files`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple

import pyarrow as pa

from governance.datasets.load import Structure, codelist_version, codes_of
from governance.disclosure import gate
from governance.releases.columns import content_columns, data_schema, key_columns
from governance.releases.content import content_hash
from governance.releases.rules import BREAK, PublicationError, Rule
from vocabulary.periods import Period

PROVENANCE_RANK = {"reported": 1, "published_elsewhere": 2, "synthetic": 3}
"""The most restrictive wins."""

_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Candidate:
    """What would be published, before it has a version.

    Attributes:
        structure: Structure of the dataset.
        document: `structure.json`: the structure with all codes and definitions in words.
        data: One row an observation, by key; the content columns.
        content_hash: Hash of document and data.
        provenance: Most restrictive provenance of all rows.
        verdicts: What the gate said of each cell, by its key in words.
    """

    structure: Structure
    document: Mapping[str, object]
    data: pa.Table
    content_hash: str
    provenance: str
    verdicts: tuple[tuple[str, gate.Verdict], ...]


class Cell(NamedTuple):
    """One gold row.

    Attributes:
        codes: Values of the dimensions in order; the first names the rule.
        geo_code: Area of the cell.
        period: Jalali period, canonical text.
        value: The mart's value: a double for indicators, an integer for cubes; `None` if not computable.
        numerator: Exact numerator; `None` in cubes.
        denominator: Exact denominator; `None` in cubes.
        contributors: Smallest number of contributors behind any part.
        obs_status: The mart's `OBS_STATUS`; `None` in cubes, whose values are normal or missing.
        note_code: Code of a note of the definition.
        definition_version: Version the mart was computed with; empty in cubes.
        provenance: `reported`, `published_elsewhere` or `synthetic`.
        attributes: Values of the dataset's own attributes, in order.
    """

    codes: tuple[str, ...]
    geo_code: str
    period: str
    value: float | int | None
    numerator: Decimal | None
    denominator: Decimal | None
    contributors: int | None
    obs_status: str | None
    note_code: str | None
    definition_version: str
    provenance: str
    attributes: tuple[int | None, ...] = ()

    @property
    def name(self) -> str:
        """The cell's key in words, for errors."""
        return f"{'.'.join(self.codes)}/{self.period}"


def make_candidate(structure: Structure, rules: Mapping[str, Rule], mart: pa.Table) -> Candidate:
    """Apply gate, division and rounding to a mart.

    Args:
        structure: Structure of the dataset.
        rules: Publication rule by code of the first dimension.
        mart: The gold table.

    Raises:
        PublicationError: the mart is empty, contradicts itself or its definitions, or two rows share a key.
    """
    judged = [_judged(rules, cell) for cell in _cells(structure, mart)]
    if not judged:
        raise PublicationError(f"{structure.mart} is empty: there is nothing to publish")
    rows = [_published(*each) for each in judged]
    names = content_columns(structure)
    schema = data_schema(structure)
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, type=schema.field(name).type) for name, column in zip(names, columns, strict=True)]
    data = pa.table(arrays, names=list(names)).sort_by([(key, "ascending") for key in key_columns(structure)])
    document = structure_document(structure, rules)
    provenance = max(data.column("PROVENANCE").unique().to_pylist(), key=PROVENANCE_RANK.__getitem__)
    digest = content_hash(document, data, key=key_columns(structure))
    verdicts = tuple((cell.name, verdict) for _, cell, verdict in judged)
    return Candidate(structure, document, data, digest, provenance, verdicts)


def structure_document(structure: Structure, rules: Mapping[str, Rule]) -> dict[str, object]:
    """Return `structure.json`: everything a stranger needs to read the data, definitions included."""
    return {
        "dataset": structure.id,
        "names": structure.names.model_dump(),
        "description": structure.description.model_dump(),
        "kind": structure.kind,
        "frequency": structure.frequency,
        "frequencies": [kind.value for kind in structure.frequencies],
        "key": list(key_columns(structure)),
        "columns": [{"name": field.name, "type": str(field.type)} for field in data_schema(structure)],
        "dimensions": [
            {
                "id": dimension.id,
                "names": dimension.names.model_dump(),
                "codelist": dimension.codelist,
                "codelist_version": codelist_version(dimension.codelist) if dimension.codelist else None,
                "codes": _codes(dimension.codelist, rules),
            }
            for dimension in structure.dimensions
        ],
        "attributes": [
            {
                "id": attribute.id,
                "names": attribute.names.model_dump(),
                "description": attribute.description.model_dump(),
            }
            for attribute in structure.attributes
        ],
        "definitions": [dict(each.document) for code in sorted(rules) for each in rules[code].versions],
    }


def _codes(codelist: str | None, rules: Mapping[str, Rule]) -> list[dict[str, object]]:
    if codelist:
        return [{"code": code, "names": names.model_dump()} for code, names in codes_of(codelist).items()]
    return [{"code": code, "names": rules[code].document["names"]} for code in sorted(rules)]


def _cells(structure: Structure, mart: pa.Table) -> Iterator[Cell]:
    def column(name: str, default: object = None) -> list[Any]:
        return mart.column(name).to_pylist() if name in mart.column_names else [default] * mart.num_rows

    codes = zip(*(column(dimension.column) for dimension in structure.dimensions), strict=True)
    geo = next(dimension.column for dimension in structure.dimensions if dimension.id == "GEO")
    beside = [column(attribute.column) for attribute in structure.attributes]
    attributes = zip(*beside, strict=True) if beside else repeat((), mart.num_rows)
    return map(
        Cell,
        codes,
        column(geo),
        column("period"),
        column("value"),
        column("numerator"),
        column("denominator"),
        column("contributors"),
        column("obs_status"),
        column("note_code"),
        column("definition_version", ""),
        column("provenance"),
        attributes,
    )


def _judged(rules: Mapping[str, Rule], cell: Cell) -> tuple[Rule, Cell, gate.Verdict]:
    rule = _rule_for(rules, cell)
    return rule, cell, _verdict(rule, cell)


def _published(rule: Rule, cell: Cell, verdict: gate.Verdict) -> tuple[object, ...]:
    value = _value(rule, cell) if verdict.shows_value else None
    start, end = _bounds(cell.period)
    note_code, note_fa, note_en = _note(rule, cell, verdict)
    return (
        *cell.codes,
        cell.period,
        start,
        end,
        value,
        cell.numerator if verdict.shows_parts else None,
        cell.denominator if verdict.shows_parts else None,
        rule.unit_measure,
        rule.unit_mult,
        rule.decimals,
        verdict.obs_status,
        verdict.conf_status,
        cell.provenance,
        cell.definition_version or None,
        note_code,
        note_fa,
        note_en,
        verdict.clause or None,
        verdict.basis.value if verdict.basis else None,
        *cell.attributes,
    )


def _rule_for(rules: Mapping[str, Rule], cell: Cell) -> Rule:
    rule = rules.get(cell.codes[0])
    if rule is None:
        raise PublicationError(f"{cell.name}: nothing defines {cell.codes[0]}")
    if cell.provenance not in PROVENANCE_RANK:
        raise PublicationError(f"{cell.name}: unknown provenance")
    counted_by = next((each for each in rule.versions if each.version == cell.definition_version), None)
    if counted_by is None:
        held = ", ".join(each.version for each in rule.versions)
        raise PublicationError(
            f"{cell.name}: computed by definition {cell.definition_version}, the vocabulary holds {held}"
        )
    return counted_by


def _contributors(rule: Rule, cell: Cell) -> int | None:
    """Return the smallest number behind any part; the parts of a median are themselves counts of records."""
    if rule.arithmetic != "median" or cell.contributors is None:
        return cell.contributors
    return min(cell.contributors, *(int(part or 0) for part in (cell.numerator, cell.denominator)))


def _verdict(rule: Rule, cell: Cell) -> gate.Verdict:
    try:
        return gate.decide(
            geo_code=cell.geo_code,
            contributors=_contributors(rule, cell),
            is_computable=cell.value is not None,
            obs_status=cell.obs_status or ("O" if cell.value is None else "A"),
        )
    except ValueError as error:
        raise PublicationError(f"{cell.name}: {error}") from error


def _value(rule: Rule, cell: Cell) -> Decimal:
    """Compute the published value and hold it against the mart's, which is unrounded and in units."""
    raw = None if cell.value is None else Decimal(cell.value)
    value = rule.value_of(numerator=cell.numerator, denominator=cell.denominator, raw=raw)
    if rule.arithmetic == "ratio":
        half_step = 0.5 * 10.0**-rule.decimals
        mart = float(cell.value or 0) / 10**rule.unit_mult
        if abs(float(value) - mart) > half_step + _TOLERANCE * max(1.0, abs(mart)):
            raise PublicationError(f"{cell.name}: numerator and denominator do not give the mart's value")
    return value


def _note(rule: Rule, cell: Cell, verdict: gate.Verdict) -> tuple[str | None, str | None, str | None]:
    if verdict.note_code:
        return verdict.note_code, verdict.note_fa, verdict.note_en
    code = cell.note_code or (BREAK if cell.obs_status == "B" else None)
    if not code:
        return None, None, None
    if code not in rule.notes:
        raise PublicationError(f"{cell.name}: the definition has no note {code}")
    return code, *rule.notes[code]


@cache
def _bounds(period: str) -> tuple[date, date]:
    parsed = Period.parse(period)
    return parsed.start, parsed.end
