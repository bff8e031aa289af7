"""The rules of order of a transfer as an automaton that walks a log event by event: a reference for the SQL.

Clocks leave some orders open: events of one branch at the same second, events of two branches within the tolerance.
The automaton walks every order that they leave open, and a rule finds something only where no order is lawful.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SKEW = 900
TEXT_ROLES = {
    "HEAD_APPROVED": ("WRONG_ROLE_APPROVAL", {"PENSIONS_TECHNICAL_HEAD"}),
    "SENT_TO_CENTRE": ("WRONG_ROLE_SENDING", {"BRANCH_HEAD", "INSURANCE_DEPUTY"}),
}
MET, BROKEN, SILENT = "met", "broken", "silent"


@dataclass(frozen=True)
class Step:
    """One event: kind, second, unit, officer, role, result of a comparison, way of enrolment, dependants."""

    kind: str
    second: int
    unit: str
    who: str
    role: str
    result: str | None
    mode: str | None
    count: int | None


@dataclass
class State:
    """What the automaton remembers; `origin` is the branch that sends."""

    origin: str
    kinds: frozenset[str]
    seen: set[str] = field(default_factory=set)
    is_stale: bool = False
    approver: str | None = None
    is_away: bool = False
    sent_count: int | None = None
    is_viewed: bool = False
    is_compared: bool = False
    last_result: str | None = None
    is_confirmed_since: bool = False

    def take(self, step: Step) -> dict[str, str]:
        """Take an event in and say how it stands to the rules that speak of it."""
        verdicts = getattr(self, f"_{step.kind.lower()}", self._nothing)(step)
        self.seen.add(step.kind)
        return {rule: verdict for rule, verdict in verdicts.items() if verdict != SILENT}

    def _nothing(self, _: Step) -> dict[str, str]:
        return {}

    def _after(self, kind: str, *, always: bool) -> str:
        if kind in self.seen:
            return MET
        return BROKEN if always or kind in self.kinds else SILENT

    def _form_saved(self, step: Step) -> dict[str, str]:
        return {"PREPARED_OUT_OF_ORDER": self._after("REFERRED", always=True), **self._changed(step)}

    def _corrected(self, step: Step) -> dict[str, str]:
        return self._changed(step)

    def _changed(self, step: Step) -> dict[str, str]:
        if step.unit != self.origin:
            return {}
        self.is_stale = True
        return {"EDITED_AFTER_SENDING": BROKEN if self.is_away else MET}

    def _head_approved(self, step: Step) -> dict[str, str]:
        self.is_stale, self.approver = False, step.who
        return {"PREPARED_OUT_OF_ORDER": self._after("FORM_SAVED", always=False)}

    def _sent_to_centre(self, step: Step) -> dict[str, str]:
        is_approved = self.approver is not None
        self.is_away = True
        if step.count is not None:
            self.sent_count = step.count
        return {
            "SENT_WITHOUT_APPROVAL": MET if is_approved else BROKEN,
            "CHANGED_NOT_REAPPROVED": SILENT if not is_approved else BROKEN if self.is_stale else MET,
            "SENDER_IS_APPROVER": SILENT if not is_approved else BROKEN if self.approver == step.who else MET,
        }

    def _cancelled(self, _: Step) -> dict[str, str]:
        return {"CANCELLED_AFTER_SENDING": BROKEN if self.is_away else MET}

    def _received_from_centre(self, _: Step) -> dict[str, str]:
        self.is_viewed = self.is_compared = self.is_confirmed_since = False
        return {"RECEIVED_BEFORE_SENDING": self._after("SENT_TO_CENTRE", always=False)}

    def _paper_received(self, _: Step) -> dict[str, str]:
        return {"PAPER_OUT_OF_ORDER": self._after("PAPER_SENT", always=False)}

    def _orders_viewed(self, _: Step) -> dict[str, str]:
        self.is_viewed = True
        is_ready = {"RECEIVED_FROM_CENTRE", "PAPER_RECEIVED"} <= self.seen
        return {"VIEWED_BEFORE_RECEIPT": MET if is_ready else BROKEN}

    def _compared(self, step: Step) -> dict[str, str]:
        self.is_compared = True
        self.last_result = step.result or self.last_result
        return {}

    def _act(self) -> dict[str, str]:
        return {"ACT_BEFORE_COMPARING": MET if self.is_compared else BROKEN}

    def _returned(self, _: Step) -> dict[str, str]:
        self.is_away = False
        return self._act()

    def _enrolled(self, _: Step) -> dict[str, str]:
        return {**self._act(), "ENROLLED_AFTER_CONFIRMING": BROKEN if self.is_confirmed_since else MET}

    def _registration_confirmed(self, step: Step) -> dict[str, str]:
        self.is_confirmed_since = True
        counts = (step.count, self.sent_count)
        return {
            **self._act(),
            "CONFIRMED_WITHOUT_VIEWING": MET if self.is_viewed else BROKEN,
            "CONFIRMED_AFTER_MISMATCH": {None: SILENT, "MATCH": MET, "MISMATCH": BROKEN}[self.last_result],
            "DEPENDANTS_DIFFER": SILENT if None in counts else MET if counts[0] == counts[1] else BROKEN,
        }

    def _activated(self, _: Step) -> dict[str, str]:
        return {**self._act(), "ACTIVATED_BEFORE_CONFIRMING": self._after("REGISTRATION_CONFIRMED", always=True)}


def findings(steps: Sequence[Step], origin: str, addressed: str) -> set[tuple[str, int]]:
    """Return what the rules of order and of single events find: rule and place of the event among `steps`."""
    found = {(rule, place) for place, step in enumerate(steps) for rule in _by_itself(step, origin, addressed)}
    verdicts: dict[tuple[str, int], set[str]] = {}
    kinds = frozenset(step.kind for step in steps)
    for order in _orders(steps):
        state = State(origin, kinds)
        for place in order:
            for rule, verdict in state.take(steps[place]).items():
                verdicts.setdefault((rule, place), set()).add(verdict)
    return found | {key for key, seen in verdicts.items() if seen == {BROKEN}}


def _by_itself(step: Step, origin: str, addressed: str) -> Iterator[str]:
    if step.kind in TEXT_ROLES and step.role not in TEXT_ROLES[step.kind][1]:
        yield TEXT_ROLES[step.kind][0]
    if step.kind == "ENROLLED" and step.mode == "MANUAL":
        yield "MANUAL_ENROLMENT"
    if step.kind == "CORRECTED" and step.unit != origin:
        yield "CORRECTED_AT_DESTINATION"
    if step.kind in ("RECEIVED_FROM_CENTRE", "PAPER_RECEIVED") and step.unit != addressed:
        yield "RECEIVED_BY_ANOTHER"


def _orders(steps: Sequence[Step]) -> Iterator[list[int]]:
    """Yield every order of the events that clocks leave open."""
    places = range(len(steps))
    before = {place: {other for other in places if _comes_before(steps[other], steps[place])} for place in places}

    def walk(done: list[int]) -> Iterator[list[int]]:
        if len(done) == len(steps):
            yield list(done)
        for place in places:
            if place not in done and before[place] <= set(done):
                yield from walk([*done, place])

    return walk([])


def _comes_before(one: Step, other: Step) -> bool:
    return one.second + (0 if one.unit == other.unit else SKEW) < other.second
