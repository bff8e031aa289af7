"""Expiry: what the rules in force let go, done in the lake first and entered in the ledger after.

A run that dies between the two is finished by the next: the lake knows what was begun, the ledger what was said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from governance.context import Context
from governance.ledger.envelope import Draft, Event
from governance.ledger.ledger import Writer
from governance.officials import Role, check_role
from governance.register import Official
from governance.retention.acts import Step, check_demonstration, in_force, payload_of
from governance.retention.rules import Rule, deciding
from lake import slices
from lake.contracts.model import Source, load_sources
from lake.layout import Home, Layer
from lake.maintenance.model import Pins
from lake.pseudonym import Keyring
from lake.retention import expiry
from lake.retention.expiry import Act
from vocabulary.periods import Period

EXPIRED = "rows.expired"
LAYERS: tuple[Layer, Layer] = ("bronze", "quarantine")
ROLES = (Role.STATISTICIAN, Role.APPROVER)


@dataclass(frozen=True)
class Due:
    """What a layer holds of one source, and what of it has had its time.

    Attributes:
        layer: bronze or quarantine.
        source: The source.
        rule: The rule in force that decides; none = keep.
        held: Rows by month.
        months: Months that are due.
        waiting: Months that are due, but that silver is not built from yet: they go after the next ingest.
        files: Whole files set aside that are due, by SHA-256.
    """

    layer: Layer
    source: Source
    rule: Rule | None
    held: Mapping[str, int]
    months: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that are due."""
        return sum(self.held[month] for month in self.months)


def plan(context: Context, home: Home, rules: Iterable[Rule], keyring: Keyring, *, today: date) -> list[Due]:
    """Return what the rules in force let go today; nothing is changed."""
    force = in_force(context, rules, today)
    return [_due(home, source, layer, force, keyring, today) for source in load_sources() for layer in LAYERS]


def apply(
    context: Context,
    home: Home,
    rules: Sequence[Rule],
    keyring: Keyring,
    *,
    pins: Pins,
    actor: str,
    now: datetime,
) -> list[Act]:
    """Let go what is due, after what an earlier run left undone; each act is one event.

    Args:
        context: The installation.
        home: Its lake; the caller holds the writer lock.
        rules: The retention rules.
        keyring: For telling whether silver is built.
        pins: Versions that releases need.
        actor: Who does it.
        now: Instant of the events.

    Raises:
        RefusedError: the actor is unknown or lacks the role.
    """
    official = context.officials.find(actor)
    with context.ledger.reading() as ledger:
        check_role(ledger, official, ROLES, act="apply retention rules")
        unsaid = [act for act in expiry.acts(home) if not ledger.events(subject=_subject(act))]
    for act in unsaid:
        expiry.finish(home, act, pins)
    done = unsaid
    for due in plan(context, home, rules, keyring, today=now.date()):
        if due.rule is not None:
            check_demonstration(context, due.rule)
            done += _expire(home, due, due.rule, pins)
    for act in done:
        with context.ledger.writing() as writer:
            _enter(writer, act, official, now)
    return done


def _due(home: Home, source: Source, layer: Layer, force: Sequence[Rule], keyring: Keyring, today: date) -> Due:
    rule = deciding(force, source, layer)
    held = expiry.months_held(home, layer, source.id)
    if rule is None:
        return Due(layer, source, None, held)
    due = [month for month in held if rule.is_due(Period.parse(month), today)]
    behind = set(slices.stale(home, source, keyring)) if due else set()
    kept = expiry.files_kept(home, source.id) if layer == "quarantine" else {}
    return Due(
        layer,
        source,
        rule,
        held,
        months=tuple(month for month in due if month not in behind),
        waiting=tuple(month for month in due if month in behind),
        files=tuple(sha256 for sha256, day in sorted(kept.items()) if rule.is_due(Period.month_of(day), today)),
    )


def _expire(home: Home, due: Due, rule: Rule, pins: Pins) -> list[Act]:
    done = expiry.expire_months(home, due.layer, due.source.id, due.months, rule=rule.subject, pins=pins)
    if due.files:
        done.append(expiry.expire_files(home, due.source.id, due.files, rule=rule.subject))
    return done


def _enter(ledger: Writer, act: Act, official: Official, now: datetime) -> Event | None:
    """Say what expired, under the rule as two persons confirmed it: counts and hashes, no content."""
    if ledger.events(subject=_subject(act)):
        return None
    confirmed = ledger.events(subject=act.rule, kind=Step.CONFIRMED.value)[-1]
    rule = Rule.model_validate(payload_of(ledger, confirmed)["rule"])
    said = {
        **official.signature(),
        "layer": act.layer,
        "source": act.source,
        "period": act.period,
        "rows": act.rows,
        "files": [{"sha256": sha256, "rows": rows} for sha256, rows in act.files.items()],
        "rule": act.rule,
        "decision": rule.decision,
        "keep_months": rule.keep_months,
    }
    return ledger.append(Draft(official.office, EXPIRED, _subject(act), rule.clause, said), now=now)


def _subject(act: Act) -> str:
    return f"expiry/{act.id}"
