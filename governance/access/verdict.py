"""May this person see that? A decision table, each line with its clause, and a verdict that says what is missing.

One function decides (`decide`); `check_see` raises and `may_see` answers by the same verdict. What overrides comes
first: what has no label is refused whoever asks (HOUSE-6), and what is public is open whoever asks (OPEN-2). Everything
else takes one grant that meets every condition of the table.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from governance.access.flow import spelled
from governance.access.labels import Label, guides, untagged
from governance.access.levels import Grant, Person, is_public
from governance.access.territory import outside, territory_clause, units_of
from governance.clauses import Basis, RefusedError


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        person: Who asks; `None` for anybody.
        subject: What is asked for, as an answer names it: `gold.mart_insured.value`.
        table: Table that holds it, `gold.mart_insured`.
        label: Label of the column; `None` where none was declared.
        unit: Unit whose rows are asked for; `None` means every unit's.
        day: Day of the question (of Tehran).
    """

    person: Person | None
    subject: str
    table: str
    label: Label | None
    unit: str | None
    day: date


@dataclass(frozen=True)
class Ground:
    """One line of a verdict: a clause and what it says here, in English and Persian."""

    clause: str
    basis: Basis
    text: str
    text_fa: str


@dataclass(frozen=True)
class Verdict:
    """The answer to a question.

    Attributes:
        allowed: Whether the person may see it.
        grant: The grant that opens it, or the one that comes nearest; `None` where no grant is concerned.
        satisfied: What speaks for it.
        failed: What speaks against it; empty where it is allowed.
        missing: What would have to be there, and who decides it; empty where it is allowed.
    """

    allowed: bool
    grant: Grant | None
    satisfied: tuple[Ground, ...]
    failed: tuple[Ground, ...]
    missing: tuple[Ground, ...]


@dataclass(frozen=True)
class Condition:
    """One line of the decision table: what a grant must meet, by which clause, and what is said where it does not."""

    holds: Callable[[Grant, Question, Person, Label], bool]
    clause: Callable[[Person], str]
    basis: Basis
    said: Callable[[Grant, Question, Person, Label], tuple[str, str]]


def _dash_f(_person: Person) -> str:
    return "DASH-F"


def _units(unit: str | None) -> tuple[str, str]:
    return ("every unit", "همه واحدها") if unit is None else (f"unit {unit}", f"واحد {unit}")


CONDITIONS = (
    Condition(
        lambda grant, _question, _person, _label: bool(grant.decision),
        _dash_f,
        Basis.TEXT,
        lambda grant, _question, _person, _label: (
            f"{grant.id} rests on no decision of the working group",
            f"{grant.id} بر هیچ تصمیم کارگروه استوار نیست",
        ),
    ),
    Condition(
        lambda grant, _question, _person, _label: not grant.revoked_by,
        _dash_f,
        Basis.TEXT,
        lambda grant, _question, _person, _label: (
            f"{grant.id} was revoked by decision {grant.revoked_by}",
            f"{grant.id} با تصمیم {grant.revoked_by} لغو شده است",
        ),
    ),
    Condition(
        lambda grant, question, _person, _label: grant.stands_on(question.day),
        _dash_f,
        Basis.TEXT,
        lambda grant, question, _person, _label: (
            f"{grant.id} is valid {_validity(grant)}, which {question.day} is not",
            f"اعتبار {grant.id} شامل {question.day} نمی‌شود ({_validity(grant)})",
        ),
    ),
    Condition(
        lambda grant, question, _person, _label: grant.names(question.table),
        _dash_f,
        Basis.TEXT,
        lambda grant, question, _person, _label: (
            f"{grant.id} is not for {question.table}",
            f"{grant.id} برای {question.table} نیست",
        ),
    ),
    Condition(
        lambda grant, _question, _person, label: grant.covers(label),
        _dash_f,
        Basis.TEXT,
        lambda grant, question, _person, label: (
            f"{grant.id} opens up to {spelled(grant.ceiling)}, and {question.subject} is {spelled(label)}",
            f"سقف {grant.id}، {spelled(grant.ceiling)} است و {question.subject}، {spelled(label)}",
        ),
    ),
    Condition(
        lambda grant, _question, person, _label: grant.is_within_territory_of(person.office),
        lambda person: territory_clause(person.office),
        Basis.INFERENCE,
        lambda grant, _question, person, _label: (
            f"{grant.id}: {outside(person.office, grant.rows, grant.unit)}",
            f"{grant.id} از قلمرو {person.office} بیرون است",
        ),
    ),
    Condition(
        lambda grant, question, _person, _label: grant.opens_units(question.unit),
        _dash_f,
        Basis.TEXT,
        lambda grant, question, _person, _label: (
            f"{grant.id} does not open the rows of {_units(question.unit)[0]}",
            f"{grant.id} سطرهای {_units(question.unit)[1]} را باز نمی‌کند",
        ),
    ),
)
"""The decision table: a grant opens what is asked where every line holds."""


def decide(question: Question, grants: Iterable[Grant]) -> Verdict:
    """Answer a question from the grants there are."""
    label, person = question.label, question.person
    if label is None:
        return _untagged(question)
    if is_public(label):
        said = f"{question.subject} is {spelled(label)}: open to anybody", f"{question.subject} عمومی است"
        return Verdict(True, None, (Ground("OPEN-2", Basis.INFERENCE, *said),), (), ())
    held = [grant for grant in grants if person and person.holds(grant.kind, grant.holder)]
    if person is None or not held:
        return _no_grant(question, label)
    judged = [(grant, _failing(grant, question, person, label)) for grant in held]
    grant, failing = min(reversed(judged), key=lambda pair: len(pair[1]))  # of equals the newest
    if failing:
        grounds = tuple(
            Ground(line.clause(person), line.basis, *line.said(grant, question, person, label)) for line in failing
        )
        return Verdict(False, grant, (), grounds, (_wanted(question, label),))
    said = (
        f"{grant.id} to {grant.kind} {grant.holder} by decision {grant.decision}: up to {spelled(grant.ceiling)}",
        f"{grant.id} با تصمیم {grant.decision} برای {grant.holder}",
    )
    return Verdict(True, grant, (Ground("DASH-F", Basis.TEXT, *said),), (), ())


def may_see(question: Question, grants: Iterable[Grant]) -> bool:
    """Tell whether a question is answered yes."""
    return decide(question, grants).allowed


def check_see(question: Question, grants: Iterable[Grant]) -> None:
    """Refuse what a person may not see.

    Raises:
        RefusedError: with the clause of the first line that fails, and what is missing.
    """
    refusal = refusal_of(decide(question, grants), question)
    if refusal:
        raise refusal


def refusal_of(verdict: Verdict, question: Question) -> RefusedError | None:
    """Return the refusal that a verdict amounts to, or `None` where it allows."""
    if verdict.allowed:
        return None
    first, wanted = verdict.failed[0], "; ".join(ground.text for ground in verdict.missing)
    if question.label is None:
        return untagged(question.subject)
    return RefusedError(
        f"{question.subject} of {_units(question.unit)[0]}: {first.text}; missing: {wanted}",
        clause=first.clause,
        basis=first.basis,
        guided_by=guides(question.label.access_class),
    )


def units_open(
    person: Person | None, table: str, label: Label | None, grants: Iterable[Grant], day: date
) -> frozenset[str] | None:
    """Give the units whose rows of a column a person may see; `None` means every unit, empty means none.

    Agrees with `may_see`: a unit of the registry is in it exactly where that says yes.
    """
    question = Question(person, table, table, label, None, day)
    if may_see(question, grants):
        return None
    units: frozenset[str] = frozenset()
    for grant in grants if person and label else ():
        opened = units_of(grant.rows, grant.unit)
        if opened and may_see(Question(person, table, table, label, min(opened), day), [grant]):
            units |= opened
    return units


def _failing(grant: Grant, question: Question, person: Person, label: Label) -> list[Condition]:
    return [line for line in CONDITIONS if not line.holds(grant, question, person, label)]


def _untagged(question: Question) -> Verdict:
    failed = Ground("HOUSE-6", Basis.HOUSE, f"{question.subject} has no access class or granularity", "بدون رده دسترسی")
    missing = Ground(
        "HOUSE-6", Basis.HOUSE, "an access class and a granularity, declared where the column is", "اعلام رده دسترسی"
    )
    return Verdict(False, None, (), (failed,), (missing,))


def _no_grant(question: Question, label: Label) -> Verdict:
    if question.person is None:
        said = f"{question.subject} is {spelled(label)}, and nobody is named who asks", "پرسنده نام برده نشده است"
    else:
        person = question.person
        said = (
            f"{question.subject} is {spelled(label)}, and no grant names {person.official}, a post or {person.office}",
            f"هیچ مجوزی برای {person.official} یا {person.office} نیست",
        )
    return Verdict(False, None, (), (Ground("DASH-F", Basis.TEXT, *said),), (_wanted(question, label),))


def _wanted(question: Question, label: Label) -> Ground:
    units, units_fa = _units(question.unit)
    holder = question.person.official if question.person else "the person who asks"
    return Ground(
        "DASH-F",
        Basis.TEXT,
        f"a decision of the safeguarding working group that opens {spelled(label)} of {question.table}, "
        f"rows of {units}, to {holder}",
        f"تصمیم کارگروه صیانت از اطلاعات برای {spelled(label)} در {question.table}، {units_fa}",
    )


def _validity(grant: Grant) -> str:
    return f"from {grant.valid_from}" + (f" to {grant.valid_to}" if grant.valid_to else "")
