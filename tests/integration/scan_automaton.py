"""Imaging judged by a plain reading of the directive, apart from the project's SQL: what its results are compared with.

An event is read within the year and never against one of a later month; of clocks of other units the reading is taken
that favours the unit at work, as far as the tolerance goes. Acts of one instant are read to their favour too. Binders
hold the papers of many cases: those of all cases are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

SKEW = 900
ORDER = {
    "IMAGED_UNREGISTERED": ("FILE", "S03", "S05"),
    "PUT_BACK_UNIMAGED": ("FILE", "S05", "S08"),
    "RECOUNTED_BEFORE_PUT_BACK": ("FILE", "S08", "S09"),
    "SHELVED_UNCOUNTED": ("FILE", "S09", "S10"),
    "CHECKED_UNIMAGED": ("", "S05", "S06"),
    "APPROVED_UNCHECKED": ("", "S06", "S07"),
    "UPLOADED_UNAPPROVED": ("", "S07", "S11"),
    "CLASSIFIED_BEFORE_UPLOAD": ("", "S11", "S12"),
    "IMAGED_UNSTAMPED": ("CORRESPONDENCE", "STAMPED", "S05"),
    "RETURNED_UNSTAMPED": ("NEW_DOCUMENT", "STAMPED", "GIVEN_BACK"),
    "RETURNED_UNIMAGED": ("NEW_DOCUMENT", "S05", "GIVEN_BACK"),
    "DESTROYED_UNIMAGED": ("NEW_DOCUMENT CORRESPONDENCE", "S05", "DESTROYED"),
}
KINDS = {
    "NATIONAL_CARD": "RETURN",
    "SELF_EMPLOYED_CONTRACT": "KEEP",
    "COMMISSION_OTHER": "OTHER_RULING",
    "LETTER_IN": "LETTER",
}
"""What is to be done with the paper of some types of document."""


@dataclass(frozen=True)
class Event:
    """A step or an act, at a second, by an officer of a unit; `month` counts from any month.

    Of a paper that is kept, `entered` is the day of its entry in the register, counted from any day.
    """

    act: str
    at: int
    month: int = 0
    unit: str = "011001"
    officer: str = "a"
    leaves: int | None = None
    images: int | None = None
    role: str | None = None
    imaged: str | None = None
    kind: str | None = None
    quality: str | None = None
    out_of_reach: str | None = None
    has_come: str | None = None
    binder: str | None = None
    position: int | None = None
    entered: int | None = None


@dataclass(frozen=True)
class Case:
    """All that is told of a file or a document; `entered` is the month of its entry, none where it is not held."""

    workflow: str
    events: tuple[Event, ...]
    entered: int | None = 0


Finding = tuple[str, str, int]
Told = list[tuple[str, bool]]


def findings(cases: Sequence[Case]) -> list[set[Finding]]:
    """Give rule, unit and month of each finding, case by case."""
    kept = [e for case in cases if case.workflow == "NEW_DOCUMENT" for e in case.events if _is_bound(e)]
    return [_found(case, kept) for case in cases]


def _found(case: Case, kept: Sequence[Event]) -> set[Finding]:
    found = set()
    for unit, month, at in sorted({(e.unit, e.month, e.at) for e in case.events}):
        now = [e for e in case.events if (e.unit, e.month, e.at) == (unit, month, at)]
        seen = [e for e in case.events if month - 12 <= e.month <= month]
        told = [judgement for event in now for judgement in _judged(case, event, seen, kept)]
        for rule in {rule for rule, _ in told}:
            if all(broken for name, broken in told if name == rule):
                found.add((rule, unit, month))
    return found


def _judged(case: Case, event: Event, seen: Sequence[Event], kept: Sequence[Event]) -> Told:
    judge = _JUDGES.get(event.act)
    told = _ordered(case, event, seen) + (judge(case, event, seen) if judge else []) + _disposed(case, event)
    return told + (_bound(event, kept) if case.workflow == "NEW_DOCUMENT" else [])


def _apart(event: Event, other: Event) -> int:
    return 0 if event.unit == other.unit else SKEW


def _upto(event: Event, seen: Iterable[Event], act: str) -> list[Event]:
    return [e for e in seen if e.act == act and e.at - _apart(event, e) <= event.at]


def _before(event: Event, seen: Iterable[Event], act: str) -> list[Event]:
    return [e for e in seen if e.act == act and e.at + _apart(event, e) < event.at]


def _ordered(case: Case, event: Event, seen: Sequence[Event]) -> Told:
    if case.workflow == "FILE":
        is_held = any(e.act == "S01" for e in seen)
    else:
        is_held = case.entered is not None and event.month - 12 <= case.entered <= event.month
    told: Told = []
    for rule, (workflows, first, act) in ORDER.items():
        if act != event.act or not is_held or (workflows and case.workflow not in workflows.split()):
            continue
        gone = [e.at + _apart(event, e) for e in _upto(event, seen, first)]
        since = [e.at - _apart(event, e) for e in _before(event, seen, "S05")] if rule == "APPROVED_UNCHECKED" else []
        told.append((rule, not gone or bool(since and max(gone) < max(since))))
    return told


def _uploaded(case: Case, event: Event, seen: Sequence[Event]) -> Told:
    imaged = [e.at - _apart(event, e) for e in _before(event, seen, "S05")]
    approved = [e.at + _apart(event, e) for e in _upto(event, seen, "S07")]
    return [("IMAGE_REPLACED", bool(imaged) and max(approved) < max(imaged))] if approved else []


def _approved(case: Case, event: Event, seen: Sequence[Event]) -> Told:
    told = []
    operators = {e.officer for e in _before(event, seen, "S05")}
    if operators:
        told.append(("APPROVER_IS_OPERATOR", event.officer in operators))
    counts = _upto(event, seen, "S02")
    last = [e.leaves for e in counts if e.at == max(c.at for c in counts)]
    known = [leaves for leaves in last if leaves is not None]
    if case.workflow == "FILE" and event.images is not None and known:
        told.append(("IMAGE_COUNT", not any(leaves <= event.images <= 2 * leaves for leaves in known)))
    if case.workflow == "BROKERAGE" and event.role is not None:
        told.append(("DELEGATE_APPROVED", event.role != "BROKERAGE_HEAD"))
    return told


def _shelved(case: Case, event: Event, seen: Sequence[Event]) -> Told:
    again = _upto(event, seen, "S09")
    if case.workflow != "FILE" or not again:
        return []
    last = max(e.at for e in again)
    counts = [e for e in seen if e.act == "S02" and e.at - _apart(event, e) <= last]
    if not counts:
        return []
    first = max(e.at for e in counts)
    pairs = [(e.leaves, c.leaves) for e in again if e.at == last for c in counts if c.at == first]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    return [("LEAF_DIFFERENCE", all(one != other for one, other in known))] if known else []


def _weeded(case: Case, event: Event, seen: Sequence[Event]) -> Told:
    imaged = [e.at for e in _before(event, seen, "S05")]
    weeded = min(e.at - _apart(event, e) for e in seen if e.act == "WEEDED")
    return [("IMAGED_UNWEEDED", bool(imaged) and min(imaged) < weeded)] if case.workflow == "FILE" else []


def _moved(case: Case, event: Event, seen: Sequence[Event]) -> Told:
    if case.workflow != "FILE" or not (event.imaged or any(e.act in ("S01", "S07") for e in seen)):
        return []
    is_after = event.imaged == "YES" or bool(_upto(event, seen, "S07"))
    return [("MOVED_AFTER_IMAGING", is_after), ("MOVED_UNIMAGED", not is_after)]


def _disposed(case: Case, event: Event) -> Told:
    told: Told = []
    is_new, is_letter = case.workflow == "NEW_DOCUMENT", case.workflow == "CORRESPONDENCE"
    if event.kind is not None:
        what, act = KINDS[event.kind], event.act
        if is_new and act == "GIVEN_BACK":
            told += [("KEPT_ORIGINAL_RETURNED", what == "KEEP"), ("OTHER_RULING_RETURNED", what == "OTHER_RULING")]
        if is_new and act == "KEPT":
            told.append(("OTHER_RULING_KEPT", what == "OTHER_RULING"))
        if is_new and act in ("KEPT", "DESTROYED"):
            told.append(("NOT_RETURNED", what == "RETURN"))
        if (is_new or is_letter) and act == "DESTROYED":
            told.append(("KEPT_ORIGINAL_DESTROYED", what == "KEEP"))
    if is_letter and event.act == "DESTROYED":
        if event.quality is not None:
            told.append(("DESTROYED_UNASSURED", event.quality == "NO"))
        if event.out_of_reach is not None and event.has_come is not None:
            told.append(("DESTROYED_WITHOUT_CONDITIONS", (event.out_of_reach, event.has_come) != ("YES", "NO")))
        if event.role is not None:
            told.append(("DESTROYED_BY_OTHER", event.role != "DOCUMENTS_EXPERT"))
    return told


def _is_bound(event: Event) -> bool:
    return event.act == "KEPT" and None not in (event.binder, event.position, event.entered)


def _bound(event: Event, kept: Sequence[Event]) -> Told:
    if not _is_bound(event):
        return []
    shelf = [e for e in kept if (e.unit, e.binder) == (event.unit, event.binder)]
    ahead = [e for e in shelf if event.month - 12 <= e.month <= event.month and _of(e.position) < _of(event.position)]
    return [("BINDER_OUT_OF_ORDER", any(_of(e.entered) > _of(event.entered) for e in ahead))]


def _of(number: int | None) -> int:
    assert number is not None
    return number


_JUDGES: dict[str, Callable[[Case, Event, Sequence[Event]], Told]] = {
    "S07": _approved,
    "S10": _shelved,
    "S11": _uploaded,
    "WEEDED": _weeded,
    "MOVED": _moved,
}
