"""From a number in gold down to the files it came from, inside: as far as the access levels of who asks reach (DASH-F).

The number, its measures and its units are asked for as any analyst would ask (`governance.asking`), so that nothing is
told here that a query would not tell. Whoever may see the number may see which files its rows stand in, and how many.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from governance.asking import Asker, Labels, ask
from governance.clauses import RefusedError
from governance.datasets.load import Structure, Text, list_structures, load_structure
from governance.disclosure import gate
from governance.lineage.files import months_of_all
from governance.lineage.formula import formula_of
from governance.lineage.gold_files import Behind, behind
from governance.lineage.model import (
    Contribution,
    DisclosureStep,
    GoldTrace,
    MartStep,
    ObservationStep,
    UnknownObservationError,
)
from governance.lineage.words import title_of
from governance.releases.candidate import structure_document
from governance.releases.definitions import rules_for
from governance.releases.manifest import TableVersion
from governance.releases.measures import over_time
from governance.releases.numbers import plain_text
from governance.releases.rules import Rule
from lake import tables
from lake.layout import Home
from lake.statement import read_statement
from vocabulary.periods import Period, PeriodError
from vocabulary.units.load import COUNTRY_GEO, units_by_code

_NUMBER = re.compile(r"gold\.(\w+)/([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)/([0-9]{4}[A-Z0-9-]*)")
_EXAMPLE = "gold.fct_unit_indicator/support_ratio.231001/1399-12"
_MEASURES = "gold.fct_measure"


@dataclass(frozen=True)
class Place:
    """A number's place in gold.

    Attributes:
        id: As it was asked for.
        structure: Dataset whose words it is counted by.
        table: `gold.mart_insured`.
        columns: Key column → code, in the order of the dataset's dimensions.
        area_column: Which of them holds the area or unit.
        period: Its period.
    """

    id: str
    structure: Structure
    table: str
    columns: Mapping[str, str]
    area_column: str
    period: str

    @property
    def code(self) -> str:
        """Indicator or measure."""
        return next(iter(self.columns.values()))

    @property
    def area(self) -> str:
        """Area or unit."""
        return self.columns[self.area_column]


def trace_gold(home: Home, labels: Labels, asker: Asker, number: str, *, asked_as: str | None) -> GoldTrace:
    """Follow a number in gold to its files.

    Args:
        home: The installation.
        labels: Declared labels of tables and columns.
        asker: Who asks.
        number: `gold.fct_unit_indicator/support_ratio.231001/1399-12`.
        asked_as: Code of the official who asks.

    Raises:
        UnknownObservationError: there is no such number, or numbers of this table are not traced.
        RefusedError: who asks may not see it (DASH-F).
    """
    place = place_of(number)
    row = _row(home, labels, asker, place)
    rule = _rule(place, row)
    definition = dict(rule.document)
    numbers = {name: _plain(row.get(name)) for name in ("value", "numerator", "denominator")}
    months = months_of_all(place.period, definition) if "measures" in definition else [place.period]
    units, notes = _units(home, labels, asker, place, definition, months)
    measured = {} if notes else _measured(place, definition, units)
    found = behind(home, place.structure, definition, place.area, months)
    return GoldTrace(
        observation=_observation(place, row, rule, numbers),
        definition=definition,
        formula=formula_of(definition, numbers, place.period, measured),
        disclosure=_disclosure(place, row),
        contributions=tuple(_contribution(unit) for unit in units),
        built_from=MartStep(mart=place.table.removeprefix("gold."), tables=_tables(home, place, found), code=None),
        sources=found.sources,
        decided_by=found.decided_by,
        set_aside=found.set_aside,
        follows_files=True,
        not_recorded=(),
        asked_as=asked_as,
        not_open=notes,
    )


def place_of(number: str) -> Place:
    """Read where a number stands in gold.

    Raises:
        UnknownObservationError: it is no such text, or numbers of this table are not traced.
    """
    match = _NUMBER.fullmatch(number)
    if not match:
        raise UnknownObservationError(f"not a number in gold such as {_EXAMPLE}")
    table, codes, period = match[1], match[2].split("."), match[3]
    known = _traced()
    if table not in known:
        raise UnknownObservationError(
            f"numbers of gold.{table} are not traced; those of {', '.join(sorted(known))} are"
        )
    structure, area = known[table]
    names = [area if dimension.id == "GEO" else dimension.column for dimension in structure.dimensions]
    if len(codes) != len(names):
        raise UnknownObservationError(f"a number of gold.{table} is named by {'.'.join(names)}/period")
    try:
        Period.parse(period)
    except PeriodError as error:
        raise UnknownObservationError(f"not a period: {period}") from error
    return Place(number, structure, f"gold.{table}", dict(zip(names, codes, strict=True)), area, period)


def _traced() -> dict[str, tuple[Structure, str]]:
    """Give the marts whose numbers are traced, those of units too, with the column of the area."""
    found = {}
    for structure in map(load_structure, list_structures()):
        found[structure.mart] = (structure, "geo_code")
        if structure.kind == "indicators":
            found["fct_unit_indicator"] = (structure, "area_code")
        else:
            found[structure.mart.replace("mart_", "mart_unit_", 1)] = (structure, "unit_code")
    return found


def _row(home: Home, labels: Labels, asker: Asker, place: Place) -> dict[str, Any]:
    where = " and ".join(f"{column} = '{code}'" for column, code in {**place.columns, "period": place.period}.items())
    held = tables.schema(home, "gold", place.table.removeprefix("gold.")).names
    wanted = [name for name in (*_COLUMNS, *place.columns, "period") if name in held]
    asked = read_statement(f"select {', '.join(wanted)} from {place.table} where {where}")  # noqa: S608 - codes only
    rows = ask(home, asked, labels, asker).rows.to_pylist()
    if not rows:
        raise UnknownObservationError(f"no number {place.id} that is open to who asks")
    return dict(rows[0])


_COLUMNS = (
    "value", "numerator", "denominator", "contributors", "obs_status", "note_code", "definition_version", "provenance",
)  # fmt: skip


def _rule(place: Place, row: Mapping[str, Any]) -> Rule:
    rule = rules_for(place.structure)[place.code]
    version = row.get("definition_version") or ""
    return next((each for each in rule.versions if each.version == version), rule)


def _observation(
    place: Place, row: Mapping[str, Any], rule: Rule, numbers: Mapping[str, str | None]
) -> ObservationStep:
    period = Period.parse(place.period)
    ids = [dimension.id for dimension in place.structure.dimensions]
    dimensions = dict(zip(ids, place.columns.values(), strict=True))
    return ObservationStep(
        id=place.id,
        title=_title(place, dimensions),
        dimensions=dimensions,
        period=place.period,
        period_start=period.start,
        period_end=period.end,
        value=numbers["value"],
        numerator=numbers["numerator"],
        denominator=numbers["denominator"],
        unit_measure=rule.unit_measure,
        unit_mult=0,
        obs_status=row.get("obs_status") or ("O" if row["value"] is None else "A"),
        conf_status="C",
        revision_status=None,
        provenance=row["provenance"],
        note_code=row.get("note_code"),
        note_fa=None,
        note_en=None,
        clause=None,
        basis=None,
    )


def _title(place: Place, dimensions: Mapping[str, str]) -> Text:
    document = structure_document(place.structure, rules_for(place.structure))
    titled = title_of(dimensions, place.period, document)
    unit = units_by_code().get(place.area)
    if unit is None:
        return titled
    return Text(fa=titled.fa.replace(place.area, unit.name_fa), en=titled.en.replace(place.area, unit.name_en))


def _disclosure(place: Place, row: Mapping[str, Any]) -> DisclosureStep:
    """Say what the gate would do with the number, were it proposed today."""
    verdict = gate.decide(
        geo_code=place.area,
        contributors=row.get("contributors"),
        is_computable=row["value"] is not None,
        obs_status=row.get("obs_status") or ("O" if row["value"] is None else "A"),
    )
    out = verdict.conf_status == "F"
    said = Text(
        fa="عدد داخلی است و منتشر نشده؛ " + ("دروازه انتشار آن را عبور می‌دهد" if out else verdict.note_fa),
        en="Inside, not published; the gate would " + ("let it out" if out else f"withhold it: {verdict.note_en}"),
    )
    return DisclosureStep(
        gate=None,
        threshold=None,
        cells=None,
        withheld=None,
        is_withheld=False,
        clause=verdict.clause or None,
        said=said,
    )


def _units(
    home: Home, labels: Labels, asker: Asker, place: Place, definition: Mapping[str, Any], months: Sequence[str]
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Ask for the measures of the units that a number is made of, and say what is not open of them."""
    codes = [measure["code"] for measure in definition.get("measures", [])]
    if not codes or not tables.exists(home, "gold", "fct_measure"):
        return [], ()
    listed = [", ".join(f"'{each}'" for each in some) for some in (codes, months)]
    unit = units_by_code().get(place.area)
    column = "geo_code" if unit is None else "directorate_code" if unit.directorate_code == unit.code else "unit_code"
    within = "" if place.area == COUNTRY_GEO else f" and {column} = '{place.area}'"
    sql = (
        f"select measure_code, unit_code, geo_code, period, value from {_MEASURES}"  # noqa: S608 - codes only
        f" where measure_code in ({listed[0]}) and period in ({listed[1]}){within}"
        " order by measure_code, period, unit_code"
    )
    try:
        answer = ask(home, read_statement(sql), labels, asker)
    except RefusedError as error:
        return [], (f"units are not open: {error}",)
    return answer.rows.to_pylist(), answer.notes


def _measured(
    place: Place, definition: Mapping[str, Any], units: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], str]:
    values: dict[tuple[str, str, str], int] = {}
    for unit in units:
        key = (unit["measure_code"], place.area, unit["period"])
        values[key] = values.get(key, 0) + unit["value"]
    found = {}
    for role in ("NUMERATOR", "DENOMINATOR"):
        part = definition.get(role.lower()) or {}
        for code in (*part.get("measures", ()), *(part.get("per") or ())):
            total = over_time(code, place.area, place.period, values)
            if total is not None:
                found[role, code] = plain_text(total)
    return found


def _contribution(unit: Mapping[str, Any]) -> Contribution:
    known = units_by_code().get(unit["unit_code"])
    code = unit["unit_code"]
    return Contribution(
        kind="unit",
        code=code,
        names=Text(fa=known.name_fa, en=known.name_en) if known else Text(fa=code, en=code),
        period=unit["period"],
        measure=unit["measure_code"],
        value=str(unit["value"]),
    )


def _tables(home: Home, place: Place, found: Behind) -> tuple[TableVersion, ...]:
    name = place.table.removeprefix("gold.")
    mart = TableVersion(layer="gold", name=name, version=tables.version(home, "gold", name))
    silver = (TableVersion(layer="silver", name=each, version=at) for each, at in found.versions.items())
    return (mart, *silver)


def _plain(value: object) -> str | None:
    if value is None:
        return None
    return plain_text(Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value)))
