"""Publication rules from the vocabulary's definitions and from the structures of cubes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from governance.datasets.load import Structure
from governance.releases.rules import BREAK, Rule
from vocabulary.indicators.load import load_versions
from vocabulary.indicators.model import Bilingual, Definition, Kind, Part
from vocabulary.indicators.rules import VALID_FROM, FieldChange, changes_between, counting_rule
from vocabulary.measures.load import Measure, load_measures

_ARITHMETIC = {Kind.FLOW: "count", Kind.MEDIAN: "median"}


Document = Mapping[str, Any]


def rules_for(structure: Structure) -> dict[str, Rule]:
    """Return the publication rule of every indicator or measure of a dataset, by code."""
    if structure.kind == "indicators":
        chains = groupby(load_versions(), key=lambda definition: definition.code)
        return {code: _of_indicator(list(chain)) for code, chain in chains}
    return {measure.code: _of_measure(structure, measure.code) for measure in structure.measures}


def definition_document(definition: Definition, before: Definition | None = None) -> dict[str, object]:
    """Return a definition as JSON: all it says, in both languages.

    Args:
        definition: The definition.
        before: The version that it replaces; the document says in which fields of the counting rule they differ.
    """
    below, end = definition.denominator, definition.valid_to
    note, needs = definition.status_note, definition.needs
    changes = _rule_changes(before, definition) if before else ()
    return {
        "code": definition.code,
        "version": definition.version,
        "names": _text(definition.name),
        "definition": _text(definition.definition),
        "counting_logic": _text(definition.counting_logic),
        "kind": definition.kind.value,
        "numerator": _part(definition.numerator),
        "denominator": _part(below) if below else None,
        "measures": [measure_document(load_measures()[code]) for code in definition.measures],
        "unit_measure": definition.unit_measure,
        "unit_mult": definition.unit_mult,
        "scale": definition.scale,
        "decimals": definition.decimals,
        "rounding": definition.rounding,
        "dimensions": list(definition.dimensions),
        "frequency": definition.frequency.value,
        "direction": definition.direction.value,
        "owner": definition.owner,
        "domain": definition.domain,
        "is_controllable_by": definition.is_controllable_by.value,
        "clauses": list(definition.clauses),
        "sources": list(definition.sources),
        "needs": _text(needs) if needs else None,
        "valid_from": definition.valid_from.code,
        "valid_to": end.shift(-1).code if end else None,
        "replaces": definition.replaces,
        "decision_id": definition.decision_id,
        "changes": [asdict(change) for change in changes],
        "obs_status": definition.obs_status,
        "status_note": {"code": note.code, "fa": note.fa, "en": note.en} if note else None,
        "notes": [{"fa": remark.fa, "en": remark.en, "source": remark.source} for remark in definition.notes],
    }


def measure_document(measure: Measure) -> dict[str, object]:
    """Return a measure as JSON: what it counts, under which filters, and how months add up."""
    return {
        "code": measure.code,
        "names": {"fa": measure.name_fa, "en": measure.name_en},
        "source": measure.source,
        "unit_measure": measure.unit_measure,
        "over_time": measure.over_time.value,
        "of": measure.of,
        "where": {each.dimension: sorted(each.codes) for each in measure.where},
        "counted_by": measure.model or measure.records,
        "contributors": measure.contributors,
    }


def in_force(definitions: Iterable[Document]) -> list[Document]:
    """Return the definitions of a release that no other version of it has replaced."""
    return [each for each in definitions if each.get("valid_to") is None]


def by_version(definitions: Iterable[Document]) -> dict[tuple[str, str], Document]:
    """Return the definitions of a release by code and version; the version of a cube's measure is empty."""
    return {(each["code"], each.get("version", "")): each for each in definitions}


def document_changes(before: Document, after: Document) -> tuple[FieldChange, ...]:
    """Return the fields in which two documents of one indicator differ, wording included."""
    return changes_between(_flat(before), _flat(after))


def _flat(value: object, name: str = "") -> dict[str, str]:
    """Name every leaf of a document by its path; a list of plain values is one leaf."""
    if isinstance(value, Mapping):
        return {key: text for part in value for key, text in _flat(value[part], f"{name}.{part}".lstrip(".")).items()}
    if isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        named = {each.get("code", str(place)): each for place, each in enumerate(value, start=1)}
        return {} if name == "changes" else _flat(named, name)
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return {name: text} if text else {}


def _of_indicator(chain: Sequence[Definition]) -> Rule:
    """Make the rule of the version in force, which knows those of the versions before."""
    rules: list[Rule] = []
    for before, definition in zip([None, *chain[:-1]], chain, strict=True):
        rules.append(_of_version(definition, before, tuple(rules)))
    return rules[-1]


def _of_version(definition: Definition, before: Definition | None, earlier: tuple[Rule, ...]) -> Rule:
    note = definition.status_note
    notes = {note.code: (note.fa, note.en)} if note else {}
    if before and definition.is_break:
        notes[BREAK] = _break_note(before, definition)
    return Rule(
        code=definition.code,
        version=definition.version,
        arithmetic=_ARITHMETIC.get(definition.kind, "ratio"),
        scale=definition.scale,
        decimals=definition.decimals,
        unit_measure=definition.unit_measure,
        unit_mult=definition.unit_mult,
        notes=notes,
        document=definition_document(definition, before),
        earlier=earlier,
    )


def _rule_changes(before: Definition, after: Definition) -> tuple[FieldChange, ...]:
    changes = changes_between(*(counting_rule(each, load_measures()) for each in (before, after)))
    return tuple(change for change in changes if change.field != VALID_FROM)


def _break_note(before: Definition, after: Definition) -> tuple[str, str]:
    since, decision = after.valid_from.code, after.decision_id
    fa = f"گسست تعریف: از {since} با نسخه {after.version}، نه {before.version}، شمرده می‌شود (تصمیم {decision})"
    en = f"Definition break: counted by version {after.version}, not {before.version}, since {since} ({decision})"
    return fa, en


def _of_measure(structure: Structure, code: str) -> Rule:
    measure = next(each for each in structure.measures if each.code == code)
    return Rule(
        code=code,
        version="",
        arithmetic="count",
        scale=1,
        decimals=0,
        unit_measure=measure.unit_measure,
        unit_mult=0,
        notes={},
        document=measure.model_dump(),
    )


def _text(text: Bilingual) -> dict[str, object]:
    return {"fa": text.fa, "en": text.en}


def _part(part: Part) -> dict[str, object]:
    averaged = {"per": list(part.per)} if part.per else {}
    return {"measures": list(part.measures), **averaged, "text": _text(part.text)}
