"""Publication rules from the vocabulary's definitions and from the structures of cubes. Pure."""

from governance.datasets.load import Structure
from governance.releases.rules import Rule
from vocabulary.indicators.load import load_indicators
from vocabulary.indicators.model import Bilingual, Definition, Kind, Part

_ARITHMETIC = {Kind.FLOW: "count", Kind.MEDIAN: "median"}


def rules_for(structure: Structure) -> dict[str, Rule]:
    """Return the publication rule of every indicator or measure of a dataset, by code."""
    if structure.kind == "indicators":
        return {definition.code: _of_indicator(definition) for definition in load_indicators()}
    return {measure.code: _of_measure(structure, measure.code) for measure in structure.measures}


def definition_document(definition: Definition) -> dict[str, object]:
    """Return a definition as JSON: all it says, in both languages."""
    below = definition.denominator
    note = definition.status_note
    return {
        "code": definition.code,
        "version": definition.version,
        "names": _text(definition.name),
        "definition": _text(definition.definition),
        "counting_logic": _text(definition.counting_logic),
        "kind": definition.kind.value,
        "numerator": _part(definition.numerator),
        "denominator": _part(below) if below else None,
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
        "valid_from": definition.valid_from.code,
        "replaces": definition.replaces,
        "decision_id": definition.decision_id,
        "obs_status": definition.obs_status,
        "status_note": {"code": note.code, "fa": note.fa, "en": note.en} if note else None,
        "notes": [{"fa": remark.fa, "en": remark.en, "source": remark.source} for remark in definition.notes],
    }


def _of_indicator(definition: Definition) -> Rule:
    note = definition.status_note
    return Rule(
        code=definition.code,
        version=definition.version,
        arithmetic=_ARITHMETIC.get(definition.kind, "ratio"),
        scale=definition.scale,
        decimals=definition.decimals,
        unit_measure=definition.unit_measure,
        unit_mult=definition.unit_mult,
        notes={note.code: (note.fa, note.en)} if note else {},
        document=definition_document(definition),
    )


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
    return {"measures": list(part.measures), "text": _text(part.text)}
