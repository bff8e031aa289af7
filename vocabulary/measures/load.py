"""The measures that numerators and denominators are made of: what each counts, from where, how over time.

What belongs here: reading and checking the YAML files beside this module, one a source. What does not: indicators
(`vocabulary.indicators`), which are made of measures, and the counting, which the marts do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from vocabulary.codelists.load import NA, CodelistError, CodelistItem, load_codelist
from vocabulary.yaml_text import read_yaml

REPORTED: Final = {"mis": "CL_MIS_MEASURE", "smis": "CL_SMIS_MEASURE"}
"""Sources that report figures, and the codelist of the figures that each reports."""

_FOLDER = Path(__file__).parent
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_MODEL = re.compile(r"int_[a-z]+__[a-z_]+")
_COUNTED = ("of", "model", "records")
_KEYS = frozenset({"code", "names", "unit_measure", "over_time", "contributors", "once", "where", *_COUNTED})
_STOCK, _FLOW = "STOCK", "FLOW"


class MeasureError(ValueError):
    """A measure is unknown, given twice, or contradicts the codelists; the message names it."""


class OverTime(StrEnum):
    """What a longer period shows: a stock at its end, the average of its months' stocks, or the sum of a flow."""

    END = "end"
    AVERAGE = "average"
    SUM = "sum"


@dataclass(frozen=True)
class Filter:
    """Codes of a breakdown whose rows count."""

    dimension: str
    codes: frozenset[str]


@dataclass(frozen=True)
class Measure:
    """A measure.

    Attributes:
        code: Lower-case code.
        source: Source that it is counted from, whose missing reporters make it provisional; `reporting` for counts of
            the reporters themselves.
        name_fa: Persian name.
        name_en: English name.
        unit_measure: Code of `CL_UNIT_MEASURE`.
        over_time: What a longer period shows.
        contributors: Measure that counts the persons, files or payers behind it.
        once: Whether what it counts comes in one month only, so that months add up to the number of contributors. If
            not, the same persons may stand behind each month, and a longer period has at least those of its greatest.
        of: Reported measure (code of the source's codelist) that it is taken from.
        where: Which rows of the reported measure count, by breakdown; all where empty.
        model: dbt model that counts it, where it is not reported.
        records: dbt model of the records that a median is taken of.
    """

    code: str
    source: str
    name_fa: str
    name_en: str
    unit_measure: str
    over_time: OverTime
    contributors: str
    once: bool = False
    of: str | None = None
    where: tuple[Filter, ...] = ()
    model: str | None = None
    records: str | None = None


@cache
def load_measures() -> Mapping[str, Measure]:
    """Read all measures, by code.

    Raises:
        MeasureError: A file is malformed, a measure contradicts the codelists, or stands twice.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.yaml"))}
    return read_measures(texts)


def read_measures(texts: Mapping[str, str]) -> dict[str, Measure]:
    """Read measures from YAML, and check what they say about each other.

    Args:
        texts: Source → the YAML of its measures.

    Raises:
        MeasureError: A file is malformed, a measure contradicts the codelists, or stands twice.
    """
    measures: dict[str, Measure] = {}
    for source, text in texts.items():
        for entry in _entries(source, text):
            measure = _measure(source, entry)
            if measure.code in measures:
                raise MeasureError(f"{source}: the measure {measure.code} stands twice")
            measures[measure.code] = measure
    for measure in measures.values():
        if measure.contributors not in measures:
            raise MeasureError(f"{measure.code}: unknown contributors {measure.contributors}")
    return dict(sorted(measures.items()))


def _entries(source: str, text: str) -> list[Mapping[str, Any]]:
    try:
        document = read_yaml(text)
        if set(document) != {"measures"}:
            raise MeasureError(f"{source}: a file of measures has the one key `measures`")
        return list(document["measures"])
    except (TypeError, yaml.YAMLError) as error:
        raise MeasureError(f"{source}: malformed measures: {error}") from error


def _measure(source: str, entry: Mapping[str, Any]) -> Measure:
    code = str(entry.get("code"))
    if not _CODE.fullmatch(code):
        raise MeasureError(f"{source}: malformed code {code!r} of a measure")
    if unknown := set(entry) - _KEYS:
        raise MeasureError(f"{code}: unknown keys {', '.join(sorted(unknown))}")
    if sum(key in entry for key in _COUNTED) != 1 or ("where" in entry and "of" not in entry):
        raise MeasureError(f"{code}: give one of {', '.join(_COUNTED)}, and `where` with `of` only")
    try:
        measure = Measure(
            code=code,
            source=source,
            name_fa=entry["names"]["fa"],
            name_en=entry["names"]["en"],
            unit_measure=entry["unit_measure"],
            over_time=OverTime(entry["over_time"]),
            contributors=entry.get("contributors", code),
            once=bool(entry.get("once", False)),
            of=entry.get("of"),
            model=entry.get("model"),
            records=entry.get("records"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MeasureError(f"{code}: malformed: {type(error).__name__} {error}") from error
    if measure.unit_measure not in load_codelist("CL_UNIT_MEASURE").codes:
        raise MeasureError(f"{code}: {measure.unit_measure} is not in CL_UNIT_MEASURE")
    model = measure.model or measure.records
    if model and not _MODEL.fullmatch(model):
        raise MeasureError(f"{code}: {model} is no name of an intermediate model")
    return measure if measure.of is None else _reported(measure, measure.of, entry.get("where") or {})


def _reported(measure: Measure, of: str, where: Mapping[str, Any]) -> Measure:
    """Check a measure against the reported one, and resolve its filters."""
    if measure.source not in REPORTED or of not in load_codelist(REPORTED[measure.source]).codes:
        raise MeasureError(f"{measure.code}: {measure.source} reports no measure {of}")
    item = load_codelist(REPORTED[measure.source]).item(of)
    if measure.unit_measure != item.attributes["unit_measure"]:
        raise MeasureError(f"{measure.code}: {of} is counted in {item.attributes['unit_measure']}")
    lawful = {_STOCK: (OverTime.END, OverTime.AVERAGE), _FLOW: (OverTime.SUM,)}[item.attributes["stock_flow"]]
    if measure.over_time not in lawful:
        raise MeasureError(f"{measure.code}: {of} is a {item.attributes['stock_flow'].lower()}")
    filters = tuple(_filter(measure.code, item, dimension, rule) for dimension, rule in sorted(where.items()))
    return replace(measure, where=filters)


def _filter(code: str, item: CodelistItem, dimension: str, rule: Any) -> Filter:
    if dimension not in item.attributes["dimensions"].split("|"):
        raise MeasureError(f"{code}: {item.code} is not broken down by {dimension}")
    if not isinstance(rule, Mapping) or len(rule) != 1 or not set(rule) <= {"in", "not_in"}:
        raise MeasureError(f"{code}: a filter on {dimension} is `in` or `not_in` with codes")
    [(word, named)] = rule.items()
    try:
        known = frozenset(load_codelist(f"CL_{dimension.upper()}").codes) | {NA}
    except CodelistError as error:
        raise MeasureError(f"{code}: {error}") from error
    if unknown := set(named) - known:
        raise MeasureError(f"{code}: unknown codes of {dimension}: {', '.join(sorted(unknown))}")
    return Filter(dimension, frozenset(named) if word == "in" else known - set(named))
