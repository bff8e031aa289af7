"""What a trace tells of one number: the steps from the number down to its files, and up to those who let it out.

Shapes only; following a published number is `published`, one that is in gold only `gold`.
"""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from governance.datasets.load import Text
from governance.errors import GovernanceError
from governance.releases.manifest import Act, CodeVersion, FileEntry, TableVersion

Role = Literal["NUMERATOR", "DENOMINATOR", "VALUE"]


class UnknownObservationError(GovernanceError):
    """There is no such observation, or the text is no observation id."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class ObservationStep(_Model):
    """The number as published; exact decimals as text, null where withheld or missing.

    Attributes:
        id: Observation id.
        title: What it is, where and when, in words.
        dimensions: Dimension → code.
        period: Jalali period.
        period_start: Its first day (Gregorian).
        period_end: Its last day (Gregorian).
        value: Published value, with its published decimals.
        numerator: Exact numerator.
        denominator: Exact denominator.
        unit_measure: Unit.
        unit_mult: Power of ten to multiply the value with.
        obs_status: State of the value.
        conf_status: Whether it is confidential.
        revision_status: Whether it changed since it was first published.
        provenance: `reported`, `published_elsewhere` or `synthetic`.
        note_code: Code of the note.
        note_fa: Why the value is noted or withheld, in Persian.
        note_en: The same in English.
        clause: What a refusal rests on.
        basis: Whether that is in the text, inferred, or the house's own.
    """

    id: str
    title: Text
    dimensions: dict[str, str]
    period: str
    period_start: date
    period_end: date
    value: str | None
    numerator: str | None
    denominator: str | None
    unit_measure: str
    unit_mult: int
    obs_status: str
    conf_status: str
    revision_status: str | None
    provenance: str
    note_code: str | None
    note_fa: str | None
    note_en: str | None
    clause: str | None
    basis: str | None


class MeasureStep(_Model):
    """One measure of a part; the value is null where it is withheld or the release does not record it."""

    code: str
    names: Text
    over_time: str
    is_divisor: bool
    value: str | None


class PartStep(_Model):
    """A part of the formula: in words, as a number, and the measures that it is added up from."""

    role: Role
    text: Text | None
    value: str | None
    measures: tuple[MeasureStep, ...]


class FormulaStep(_Model):
    """How the value comes from its parts, written out with the numbers of this observation."""

    kind: str
    scale: int
    written: Text
    parts: tuple[PartStep, ...]


class ReleaseStep(_Model):
    """The release that carries the number, with the acts that let it out."""

    id: str
    state: str
    content_hash: str
    draft_hash: str
    manifest_hash: str
    acts: tuple[Act, ...]
    withdrawal_reason: str | None


class DisclosureStep(_Model):
    """What disclosure control did: to the whole dataset by its certificate, and to this number.

    Attributes:
        gate: Name of the gate; null in releases from before there were certificates.
        threshold: Least number of contributors that it asks for.
        cells: Cells of the release that it judged.
        withheld: Cells whose value it withheld.
        is_withheld: Whether it withheld this number.
        clause: Clause it was withheld by.
        said: The same in words.
    """

    gate: str | None
    threshold: int | None
    cells: int | None
    withheld: int | None
    is_withheld: bool
    clause: str | None
    said: Text


class Contribution(_Model):
    """What the number is made of on its way: an area of the country, a month of a longer period, a unit.

    Attributes:
        kind: `area`, `period`, or `unit` (gold only, for those who may see units).
        code: Area or unit.
        names: What that is called.
        period: Its period.
        measure: Measure, of units.
        value: Its value; null where withheld or missing.
        numerator: Its numerator.
        denominator: Its denominator.
        is_withheld: Whether the value is withheld.
    """

    kind: Literal["area", "period", "unit"]
    code: str
    names: Text
    period: str
    measure: str | None = None
    value: str | None
    numerator: str | None = None
    denominator: str | None = None
    is_withheld: bool = False


class MartStep(_Model):
    """The gold table and every Delta table read, at its version."""

    mart: str
    tables: tuple[TableVersion, ...]
    code: CodeVersion | None


class SourceFile(_Model):
    """One landing file behind one part of the number; counts are null where they would tell what was withheld."""

    part: str
    source: str
    file_name: str
    file_sha256: str
    lines_read: int | None
    rows_used: int | None
    is_count_withheld: bool


class SetAsideStep(_Model):
    """Rows of the files, months and areas behind the number that a rule set aside or a correction mended.

    Attributes:
        source: Source of the files.
        kind: `quarantined` or `corrected`.
        rule: The broken rule, or the correction's id.
        files: How many files hold such rows.
        rows: How many rows; null where that would tell what was withheld.
    """

    source: str
    kind: str
    rule: str
    files: int
    rows: int | None


class Trace(_Model):
    """The way from a number down.

    Attributes:
        observation: The number.
        definition: Definition of the indicator or measure that it was counted by.
        formula: How the value comes from its parts.
        disclosure: What disclosure control did.
        contributions: Areas, periods and units that it is made of, as far as the asker may see them.
        built_from: Tables and code.
        sources: Landing files that its rows stand in.
        decided_by: Files whose rows decide which of those count: another event of the same case, a newer report.
        set_aside: Rows of these files and months that did not come through as they were sent.
        follows_files: Whether the number is followed to its files.
        not_recorded: Steps that the release, from before they were kept, does not tell.
    """

    observation: ObservationStep
    definition: dict[str, Any]
    formula: FormulaStep
    disclosure: DisclosureStep
    contributions: tuple[Contribution, ...]
    built_from: MartStep
    sources: tuple[SourceFile, ...]
    decided_by: tuple[SourceFile, ...]
    set_aside: tuple[SetAsideStep, ...]
    follows_files: bool
    not_recorded: tuple[str, ...]


class Lineage(Trace):
    """The whole way of a published number, with the release that let it out and the release's own files."""

    release: ReleaseStep
    release_files: tuple[FileEntry, ...]


class GoldTrace(Trace):
    """The way of a number that is in gold: inside, as far as the levels of who asks reach.

    Attributes:
        asked_as: Code of the official who asks; null for anybody.
        not_open: What was left out, a line each, with the clause.
    """

    asked_as: str | None
    not_open: tuple[str, ...]
