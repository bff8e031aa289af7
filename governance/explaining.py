"""Why may this person see that, or what is missing: an answer a column, by the same rule that opens it.

What belongs here: reading what is asked for — a column, a table, a published dataset. What does not: deciding
(`governance.access.verdict`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from governance.access.flow import spelled
from governance.access.labels import AccessClass, Granularity, Label
from governance.access.verdict import Ground, Verdict, decide
from governance.asking import Asker, Labels
from governance.clauses import Basis, RefusedError
from lake.query import unit_column
from vocabulary.units.load import units_by_code

_COLUMN_PARTS = 3


@dataclass(frozen=True)
class Explanation:
    """What may be said of one column or dataset.

    Attributes:
        subject: What it is, `gold.mart_insured.value`.
        label: Its label as it is spelt; empty where it has none.
        unit: Unit whose rows are asked for; `None` means every unit's.
        verdict: The answer.
    """

    subject: str
    label: str
    unit: str | None
    verdict: Verdict

    def document(self) -> dict[str, object]:
        """Return the answer as JSON has it."""
        grant = self.verdict.grant
        return {
            "subject": self.subject,
            "label": self.label,
            "unit": self.unit,
            "allowed": self.verdict.allowed,
            "grant": grant.id if grant else None,
            "decision": grant.decision if grant else None,
            "satisfied": [_said(ground) for ground in self.verdict.satisfied],
            "failed": [_said(ground) for ground in self.verdict.failed],
            "missing": [_said(ground) for ground in self.verdict.missing],
        }

    def lines(self) -> Iterator[str]:
        """Give the answer as text, in English and Persian."""
        may, fa = ("may be seen", "مجاز") if self.verdict.allowed else ("may not be seen", "غیرمجاز")
        rows = f"rows of unit {self.unit}" if self.unit else "rows of every unit"
        yield f"{self.subject} ({self.label or 'untagged'}), {rows}: {may} · {fa}"
        for ground in (*self.verdict.satisfied, *self.verdict.failed):
            yield f"  {ground.clause} ({ground.basis}): {ground.text} · {ground.text_fa}"
        for ground in self.verdict.missing:
            yield f"  missing: {ground.text} ({ground.clause}) · نیاز: {ground.text_fa}"


def explain(what: str, labels: Labels, datasets: list[str], asker: Asker, unit: str | None) -> list[Explanation]:
    """Explain what somebody may see of a column, a table or a published dataset.

    Args:
        what: `gold.mart_insured.value`, `gold.mart_insured` or `INSURED`.
        labels: Declared labels of all tables.
        datasets: Ids of the published datasets.
        asker: Who asks.
        unit: Unit whose rows are asked for; `None` for every unit's.

    Raises:
        RefusedError: there is no such unit.
    """
    if unit is not None and unit not in units_by_code():
        raise RefusedError(f"the registry of units has no unit {unit}", clause="HOUSE-6", basis=Basis.HOUSE)
    if what in datasets:
        published = Label(AccessClass.PUBLIC, Granularity.PROTECTED)
        return [_explained(what, what, published, asker, unit)]
    parts = what.split(".")
    table, columns = ".".join(parts[:2]), labels.get(".".join(parts[:2]), {})
    if columns and unit_column(tuple(columns)) is None:
        unit = None
    if len(parts) < _COLUMN_PARTS and columns:
        return [_explained(f"{table}.{name}", table, label, asker, unit) for name, label in columns.items()]
    return [_explained(what, table, columns.get(parts[-1]), asker, unit)]


def _explained(subject: str, table: str, label: Label | None, asker: Asker, unit: str | None) -> Explanation:
    question = asker.question(subject, table, label, unit)
    return Explanation(subject, spelled(label) if label else "", unit, decide(question, asker.grants))


def _said(ground: Ground) -> dict[str, str]:
    return {"clause": ground.clause, "basis": ground.basis.value, "text": ground.text, "text_fa": ground.text_fa}
