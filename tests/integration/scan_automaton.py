"""Imaging judged by a plain reading of the directive, apart from the project's SQL: what its results are compared with.

An event is read within the year and never against one of a later month; of clocks of other units the reading is taken
that favours the unit at work, as far as the tolerance goes. Acts of one instant are read to their favour too.
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


@dataclass(frozen=True)
class Event:
    """A step or an act, at a second, by an officer of a unit; `month` counts from any month."""

    act: str
    at: int
    month: int = 0
    unit: str = "011001"
    officer: str = "a"
    leaves: int | None = None
    images: int | None = None
    role: str | None = None
    imaged: str | None = None


@dataclass(frozen=True)
class Case:
    """All that is told of a file or a document; `entered` is the month of its entry, none where it is not held."""

    workflow: str
    events: tuple[Event, ...]
    entered: int | None = 0


def findings(case: Case) -> set[tuple[str, str, int]]:
    """Give rule, unit and month of each finding."""
    found = set()
    for unit, month, at in sorted({(e.unit, e.month, e.at) for e in case.events}):
        now = [e for e in case.events if (e.unit, e.month, e.at) == (unit, month, at)]
        seen = [e for e in case.events if month - 12 <= e.month <= month]
        for rule in {rule for rule, _ in _judged(case, now, seen)}:
            if all(broken for name, broken in _judged(case, now, seen) if name == rule):
                found.add((rule, unit, month))
    return found


def _judged(case: Case, now: Sequence[Event], seen: Sequence[Event]) -> list[tuple[str, bool]]:
    told: list[tuple[str, bool]] = []
    for event in now:
        told += _ordered(case, event, seen)
        judge = _JUDGES.get(event.act)
        if judge:
            told += judge(case, event, seen)
    return told


def _apart(event: Event, other: Event) -> int:
    return 0 if event.unit == other.unit else SKEW


def _upto(event: Event, seen: Iterable[Event], act: str) -> list[Event]:
    return [e for e in seen if e.act == act and e.at - _apart(event, e) <= event.at]


def _before(event: Event, seen: Iterable[Event], act: str) -> list[Event]:
    return [e for e in seen if e.act == act and e.at + _apart(event, e) < event.at]


def _ordered(case: Case, event: Event, seen: Sequence[Event]) -> list[tuple[str, bool]]:
    if case.workflow == "FILE":
        is_held = any(e.act == "S01" for e in seen)
    else:
        is_held = case.entered is not None and event.month - 12 <= case.entered <= event.month
    told = []
    for rule, (workflows, first, act) in ORDER.items():
        if act != event.act or not is_held or (workflows and case.workflow not in workflows.split()):
            continue
        gone = [e.at + _apart(event, e) for e in _upto(event, seen, first)]
        since = [e.at - _apart(event, e) for e in _before(event, seen, "S05")] if rule == "APPROVED_UNCHECKED" else []
        told.append((rule, not gone or bool(since and max(gone) < max(since))))
    return told


def _uploaded(case: Case, event: Event, seen: Sequence[Event]) -> list[tuple[str, bool]]:
    imaged = [e.at - _apart(event, e) for e in _before(event, seen, "S05")]
    approved = [e.at + _apart(event, e) for e in _upto(event, seen, "S07")]
    return [("IMAGE_REPLACED", bool(imaged) and max(approved) < max(imaged))] if approved else []


def _approved(case: Case, event: Event, seen: Sequence[Event]) -> list[tuple[str, bool]]:
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


def _shelved(case: Case, event: Event, seen: Sequence[Event]) -> list[tuple[str, bool]]:
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


def _weeded(case: Case, event: Event, seen: Sequence[Event]) -> list[tuple[str, bool]]:
    imaged = [e.at for e in _before(event, seen, "S05")]
    weeded = min(e.at - _apart(event, e) for e in seen if e.act == "WEEDED")
    return [("IMAGED_UNWEEDED", bool(imaged) and min(imaged) < weeded)] if case.workflow == "FILE" else []


def _moved(case: Case, event: Event, seen: Sequence[Event]) -> list[tuple[str, bool]]:
    if case.workflow != "FILE" or not (event.imaged or any(e.act in ("S01", "S07") for e in seen)):
        return []
    is_after = event.imaged == "YES" or bool(_upto(event, seen, "S07"))
    return [("MOVED_AFTER_IMAGING", is_after), ("MOVED_UNIMAGED", not is_after)]


_JUDGES: dict[str, Callable[[Case, Event, Sequence[Event]], list[tuple[str, bool]]]] = {
    "S07": _approved,
    "S10": _shelved,
    "S11": _uploaded,
    "WEEDED": _weeded,
    "MOVED": _moved,
}
