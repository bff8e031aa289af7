"""What becomes of a label on the way from column to column: the transfer functions of the flow proof. Pure.

Values carried on keep their label. An allow-listed aggregate makes an aggregate of records; the class stays. Only the
gate makes something public of what is private, and only of aggregates. Every function here is monotone: a more
restricted input never gives a less restricted output.
"""

from collections.abc import Iterable

from governance.access.labels import AccessClass, Granularity, Label, covers, guides, join, untagged
from governance.clauses import Basis, RefusedError

LOWEST = Label(AccessClass.PUBLIC, Granularity.PROTECTED)
"""Label of what is made of nothing but constants; joining it changes nothing."""

PUBLISHED = Label(AccessClass.PUBLIC, Granularity.PROTECTED)
"""Label of what the gate lets out."""


def aggregated(label: Label) -> Label:
    """Return the label of an allow-listed aggregate over values with `label`: the class stays (HOUSE-6)."""
    return Label(label.access_class, min(label.granularity, Granularity.AGGREGATE))


def flowing(carried: Iterable[Label], counted: Iterable[Label]) -> Label:
    """Return the label of a column.

    Args:
        carried: Labels of what reaches it as it is.
        counted: Labels of what reaches it through an allow-listed aggregate only.
    """
    return join([LOWEST, *carried, *map(aggregated, counted)])


def may_pass_gate(label: Label | None) -> bool:
    """Tell whether the gate may let a column with this label out, once it has judged its cells."""
    return _gate_refusal(label, "the column") is None


def through_gate(label: Label | None, *, subject: str) -> Label:
    """Return the label of a column that the gate let out; it is the only step that lowers a class.

    Aggregates may leave once the gate has judged their cells (OPEN-2), those of private records too. Capital
    information may not (OPEN-3), and single records may not, for statistics are general and non-identity (STAT-N1).

    Raises:
        RefusedError: with the clause that decides.
    """
    refusal = _gate_refusal(label, subject)
    if refusal:
        raise refusal
    return PUBLISHED


def _gate_refusal(label: Label | None, subject: str) -> RefusedError | None:
    if label is None:
        return untagged(subject)
    if AccessClass.CAPITAL in label.access_class:
        return RefusedError(
            f"{subject} is capital", clause="STAT-C", basis=Basis.INFERENCE, guided_by=guides(label.access_class)
        )
    if label.granularity is Granularity.RECORD:
        return RefusedError(
            f"{subject} holds single records",
            clause="STAT-N1",
            basis=Basis.INFERENCE,
            guided_by=guides(label.access_class),
        )
    return None


def check_declared(declared: Label, inflow: Label, *, subject: str) -> None:
    """Refuse a column that is declared weaker than what flows into it.

    Raises:
        RefusedError: with the clause that decides: capital (OPEN-3), private (OPEN-1) or single records (STAT-N1).
    """
    if covers(declared, inflow):
        return
    lost = inflow.access_class & ~declared.access_class
    if lost:
        words = " and ".join(part.name.lower() for part in AccessClass if part in lost and part.name)
        raise RefusedError(
            f"{subject} is declared {spelled(declared)}, but {words} columns flow into it: {spelled(inflow)}",
            clause="HOUSE-6",
            basis=Basis.HOUSE,
            guided_by=guides(lost),
        )
    raise RefusedError(
        f"{subject} is declared {spelled(declared)}, but {inflow.granularity.name.lower()}s flow into it: "
        f"{spelled(inflow)}",
        clause="STAT-N1" if inflow.granularity is Granularity.RECORD else "HOUSE-6",
        basis=Basis.INFERENCE if inflow.granularity is Granularity.RECORD else Basis.HOUSE,
    )


def spelled(label: Label) -> str:
    """Spell a label as metadata do: `private × aggregate`."""
    classes = [part.name.lower() for part in AccessClass if part in label.access_class and part.name]
    return f"{'|'.join(classes) or 'public'} × {label.granularity.name.lower()}"
