"""A trace as lines of plain text, from the number down. Pure."""

from collections.abc import Mapping, Sequence

from governance.lineage.formula import grouped
from governance.lineage.model import Contribution, GoldTrace, Lineage, SourceFile, Trace

_SHOWN = 40
"""Contributions that are listed one by one; of more only the number is told. JSON has them all."""

Row = Mapping[str, object]


def lines_of(trace: Trace) -> list[str]:
    """Return everything but the files, which `file_rows` gives as rows of a table."""
    return [
        *_number(trace),
        *_formula(trace),
        *_disclosure(trace),
        *(_release(trace) if isinstance(trace, Lineage) else []),
        *_contributions(trace.contributions),
        *_tables(trace),
        *_set_aside(trace),
        *(f"not recorded by this release: {step}" for step in trace.not_recorded),
        *(trace.not_open if isinstance(trace, GoldTrace) else ()),
    ]


def file_rows(trace: Trace) -> list[dict[str, object]]:
    """Return the files behind the number, those that only decide what counts after the others."""
    held = {file.file_sha256 for file in trace.sources}
    return [
        _file(file) for file in (*trace.sources, *(each for each in trace.decided_by if each.file_sha256 not in held))
    ]


def _file(file: SourceFile) -> dict[str, object]:
    return {
        "part": file.part,
        "source": file.source,
        "file": file.file_name,
        "sha256": file.file_sha256,
        "lines": _count(file.lines_read),
        "used": _count(file.rows_used),
    }


def _count(value: int | None) -> str:
    return "withheld" if value is None else str(value)


def _number(trace: Trace) -> list[str]:
    number, definition = trace.observation, trace.definition
    version = f" {definition['version']}" if definition.get("version") else ""
    return [
        f"{number.id} = {number.value} ({number.unit_measure}), status {number.obs_status}/{number.conf_status}",
        f"  is           {number.title.en}",
        f"  period       {number.period_start} … {number.period_end}, provenance {number.provenance}",
        f"  numerator    {number.numerator}",
        f"  denominator  {number.denominator}",
        f"  note         {number.note_en or '–'}",
        f"definition {definition['code']}{version}: {definition['counting_logic']['en']}",
    ]


def _formula(trace: Trace) -> list[str]:
    found = [f"formula ({trace.formula.kind}): {trace.formula.written.en}"]
    for part in trace.formula.parts:
        found.append(f"  {part.role.lower():<12} {grouped(part.value)}  {part.text.en if part.text else ''}".rstrip())
        found += [
            f"    {'÷' if measure.is_divisor else '+'} {grouped(measure.value)}  {measure.names.en} ({measure.code})"
            for measure in part.measures
        ]
    return found


def _disclosure(trace: Trace) -> list[str]:
    step = trace.disclosure
    by = f" ({step.clause})" if step.clause else ""
    found = [f"disclosure: {step.said.en}{by}"]
    if step.gate:
        counts = f"{step.withheld} of {step.cells} cells withheld"
        found.append(f"  gate {step.gate}, at least {step.threshold} contributors: {counts}")
    return found


def _release(trace: Lineage) -> list[str]:
    release = trace.release
    found = [f"release {release.id}: {release.state}, manifest {release.manifest_hash}"]
    found += [
        f"  event {act.sequence}  {act.instant}  {act.office}  {act.kind}  ({act.clause})" for act in release.acts
    ]
    return found


def _contributions(contributions: Sequence[Contribution]) -> list[str]:
    if not contributions:
        return []
    hidden = sum(each.is_withheld for each in contributions)
    found = [f"made of {len(contributions)} contributions" + (f", {hidden} of them withheld" if hidden else "")]
    for each in contributions[:_SHOWN]:
        value = "withheld" if each.is_withheld else grouped(each.value)
        parts = f"  ({grouped(each.numerator)} ÷ {grouped(each.denominator)})" if each.denominator else ""
        measure = f"  {each.measure}" if each.measure else ""
        found.append(f"  {each.kind:<6} {each.code:<8} {each.period:<8} {value}{parts}{measure}  {each.names.en}")
    if len(contributions) > _SHOWN:
        found.append(f"  … and {len(contributions) - _SHOWN} more (--json has them)")
    return found


def _tables(trace: Trace) -> list[str]:
    built = trace.built_from
    code = f", code {built.code.package} {built.code.version} ({built.code.source_hash})" if built.code else ""
    return [f"built from {built.mart}{code}"] + [
        f"  {item.layer}/{item.name} version {item.version}" for item in built.tables
    ]


def _set_aside(trace: Trace) -> list[str]:
    return [
        f"{step.kind} in {step.source}: {_count(step.rows)} rows by {step.rule or 'no rule'}, in {step.files} files"
        for step in trace.set_aside
    ]
