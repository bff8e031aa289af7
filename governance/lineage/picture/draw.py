"""The picture of a trace: the number at the top, then formula, tables and files; beside it people and clauses."""

from collections import Counter

from governance.datasets.load import Text
from governance.lineage.formula import grouped
from governance.lineage.model import GoldTrace, Lineage, PartStep, Trace
from governance.lineage.picture.canvas import WIDTH, Canvas, Card, ltr
from governance.lineage.picture.phrases import Language, phrase
from governance.lineage.words import code_words, persian
from governance.releases.manifest import TableVersion
from governance.releases.standing import load_standing

MAIN = 690
"""Width of the way down; the rest is for people and clauses."""
_SIDE = MAIN + 30
_IN_WORDS = ("median", "flow_per_day")
"""Kinds whose formula is a sentence; the others read from left to right in Persian too."""
_SHOWN = 6
"""Files that the picture names; the table under it names them all."""


def draw(trace: Trace, language: Language) -> str:
    """Return the picture of a trace as SVG."""
    canvas = Canvas(rtl=language == "fa")
    top = canvas.top
    canvas.row([_number(trace, language)], width=MAIN)
    canvas.arrow(width=MAIN)
    canvas.row([_formula(trace, language)], width=MAIN)
    if parts := [_part(part, language) for part in trace.formula.parts if part.role != "VALUE"]:
        canvas.arrow(width=MAIN)
        canvas.row(parts, width=MAIN)
    if trace.contributions:
        canvas.arrow(width=MAIN)
        canvas.row([_made_of(trace, language)], width=MAIN)
    canvas.arrow(width=MAIN)
    canvas.row([_tables(trace, language)], width=MAIN)
    canvas.arrow(width=MAIN)
    canvas.row([_files(trace, language)], width=MAIN)
    canvas.beside(_side(trace, language), left=_SIDE, width=WIDTH - _SIDE, top=top)
    return canvas.svg(words_of(trace.observation.title, language))


def words_of(text: Text, language: Language) -> str:
    """Return a text in a language."""
    return text.fa if language == "fa" else text.en


def tables_behind(trace: Trace) -> list[TableVersion]:
    """Return the tables of the sources that stand behind the number; of an older release all that it read."""
    sources = {file.source for file in (*trace.sources, *trace.decided_by)}
    known = load_standing().sources
    behind = {name for source in sources & set(known) for name in known[source].tables}
    tables = trace.built_from.tables
    return [item for item in tables if item.layer != "silver" or item.name in behind] if behind else list(tables)


def shown(number: str | None, language: Language) -> str:
    """Write a number for people: thousands apart, Persian digits in Persian."""
    return persian(grouped(number)) if language == "fa" else grouped(number)


def _digits(number: object, language: Language) -> str:
    return persian(f"{number:,}") if language == "fa" else f"{number:,}"


def _number(trace: Trace, language: Language) -> Card:
    number = trace.observation
    hidden = "withheld" if trace.disclosure.is_withheld else "missing"
    big = phrase(hidden, language) if number.value is None else shown(number.value, language)
    mult = f" × 10^{number.unit_mult}" if number.unit_mult else ""
    unit, status = code_words("CL_UNIT_MEASURE", number.unit_measure), code_words("CL_OBS_STATUS", number.obs_status)
    lines = [
        f"{words_of(unit, language)}{mult} · {phrase('status', language)}: {words_of(status, language)}",
        phrase("days", language, ltr(str(number.period_start)), ltr(str(number.period_end))),
        ltr(number.id),
    ]
    note = number.note_fa if language == "fa" else number.note_en
    lines += [note] if note else []
    lines += [phrase("synthetic", language)] if number.provenance == "synthetic" else []
    return Card(words_of(number.title, language), lines, "number", big)


def _formula(trace: Trace, language: Language) -> Card:
    definition = trace.definition
    written = words_of(trace.formula.written, language)
    named = phrase("definition", language, ltr(definition["code"]), ltr(definition.get("version") or "–"))
    line = persian(written) if language == "fa" else written
    lines = [line if trace.formula.kind in _IN_WORDS else ltr(line), named]
    lines.append(f"{phrase('counting', language)}: {definition['counting_logic'][language]}")
    return Card(phrase("formula", language), lines, "formula")


def _part(part: PartStep, language: Language) -> Card:
    lines = [words_of(part.text, language)] if part.text else []
    if len(part.measures) > 1:
        for measure in part.measures:
            sign = phrase("divided_by", language) if measure.is_divisor else "+"
            value = "" if measure.value is None else f": {shown(measure.value, language)}"
            lines.append(f"{sign} {words_of(measure.names, language)}{value}")
    return Card(phrase(part.role, language), lines, "formula", shown(part.value, language))


def _made_of(trace: Trace, language: Language) -> Card:
    kinds = Counter(each.kind for each in trace.contributions)
    names = {"area": "areas", "period": "months", "unit": "units"}
    lines = [" · ".join(phrase(names[kind], language, _digits(count, language)) for kind, count in kinds.items())]
    hidden = sum(each.is_withheld for each in trace.contributions)
    lines += [phrase("hidden", language, _digits(hidden, language))] if hidden else []
    return Card(phrase("made_of", language), lines, "table")


def _tables(trace: Trace, language: Language) -> Card:
    version = phrase("version", language)
    lines = [
        f"{phrase(item.layer, language)} {ltr(item.name)} · {version} {_digits(item.version, language)}"
        for item in tables_behind(trace)
    ]
    return Card(phrase("tables", language), lines, "table")


def _files(trace: Trace, language: Language) -> Card:
    names = list(dict.fromkeys(file.file_name for file in trace.sources))
    lines = [ltr(name) for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        lines.append(phrase("more", language, _digits(len(names) - _SHOWN, language)))
    deciding = {file.file_sha256 for file in trace.decided_by} - {file.file_sha256 for file in trace.sources}
    lines += [phrase("deciding", language, _digits(len(deciding), language))] if deciding else []
    lines += [phrase("not_recorded", language, ltr(", ".join(trace.not_recorded)))] if trace.not_recorded else []
    return Card(phrase("files", language), lines, "file", phrase("file_count", language, _digits(len(names), language)))


def _side(trace: Trace, language: Language) -> list[Card]:
    cards = []
    if isinstance(trace, Lineage):
        cards.append(Card(f"{phrase('release', language)} {ltr(trace.release.id)}", [], "people"))
        for act in trace.release.acts:
            lines = [
                ltr(act.office),
                ltr(act.instant[:16].replace("T", " ") + " UTC"),
                phrase("by_clause", language, ltr(act.clause)),
                phrase("event", language, _digits(act.sequence, language)),
            ]
            cards.append(Card(phrase(act.kind, language), lines, "people"))
    if isinstance(trace, GoldTrace):
        asked = phrase("asked_as", language, ltr(trace.asked_as)) if trace.asked_as else ""
        cards.append(Card(phrase("gold_only", language), [line for line in (asked,) if line], "people"))
    cards.append(_guard(trace, language))
    if trace.set_aside:
        cards.append(_set_aside(trace, language))
    return cards


def _guard(trace: Trace, language: Language) -> Card:
    step = trace.disclosure
    lines = [words_of(step.said, language)]
    lines += [phrase("by_clause", language, ltr(step.clause))] if step.clause else []
    if step.gate and step.withheld is not None and step.cells is not None:
        counts = (_digits(each, language) for each in (step.threshold, step.withheld, step.cells))
        lines.append(phrase("threshold", language, *counts))
    return Card(phrase("guard", language), lines, "guard")


def _set_aside(trace: Trace, language: Language) -> Card:
    lines = [
        f"{ltr(step.rule or '–')}: "
        + (
            phrase("count_withheld", language)
            if step.rows is None
            else f"{_digits(step.rows, language)} {phrase('rows', language)}"
        )
        for step in trace.set_aside[:_SHOWN]
    ]
    rest = len(trace.set_aside) - _SHOWN
    lines += ["…"] if rest > 0 else []
    return Card(phrase("set_aside", language), lines, "file")
