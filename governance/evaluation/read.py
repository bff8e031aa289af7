"""Which vintages there are, by the ledger alone, and what the confirmed one says of a unit, its replies beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from governance.context import Context
from governance.evaluation.results import fallen_back
from governance.evaluation.states import REPLIED, EvaluationStateError, Step, Subject, Thing, step_after
from governance.evaluation.vintage import RESULTS, SCORES, SIGNS, Vintage, VintageStore
from governance.ledger.envelope import Event
from governance.ledger.ledger import NoPayloadError
from governance.releases.manifest import ManifestError
from lake.layout import Home
from vocabulary.periods import Period


@dataclass(frozen=True)
class Standing:
    """How far one thing is: rules, norms, or a vintage."""

    subject: Subject
    step: Step
    instant: str


@dataclass(frozen=True)
class Reply:
    """What a unit replied; `text` is `None` where it was erased."""

    sequence: int
    instant: str
    office: str
    indicator: str | None
    text: str | None


@dataclass(frozen=True)
class Evaluated:
    """What a confirmed vintage says of a unit.

    Attributes:
        vintage: The vintage.
        scores: One row a domain and one for all (`TOTAL`).
        results: One row an indicator.
        signs: Signs of gaming: those frozen, and figures that fell back since.
        replies: What the unit replied, in order.
    """

    vintage: Vintage
    scores: list[dict[str, Any]]
    results: list[dict[str, Any]]
    signs: list[dict[str, Any]]
    replies: list[Reply]


def standings(context: Context) -> list[Standing]:
    """Return everything that was proposed, with how far it is, in the ledger's order."""
    by_subject: dict[str, list[Event]] = {}
    with context.ledger.reading() as ledger:
        for event in ledger.events(kind="evaluation."):
            if event.kind != REPLIED:
                by_subject.setdefault(event.subject, []).append(event)
    found = []
    for subject, events in by_subject.items():
        step = step_after(events)
        if step is not None:
            found.append(Standing(Subject.parse(subject), step, events[-1].instant))
    return found


def confirmed(context: Context) -> list[str]:
    """Return the ids of all confirmed vintages, `1399-12/1`, in the ledger's order."""
    return [
        standing.subject.name
        for standing in standings(context)
        if standing.subject.thing is Thing.VINTAGE and standing.step is Step.CONFIRMED
    ]


def newest_confirmed(context: Context, period: Period | None) -> Vintage:
    """Return the vintage confirmed last, of a period or of any.

    Raises:
        EvaluationStateError: there is none.
        ManifestError: its files were changed.
    """
    wanted = [name for name in confirmed(context) if period is None or name.startswith(f"{period.code}/")]
    if not wanted:
        of = f" of {period.code}" if period else ""
        raise EvaluationStateError(f"no evaluation{of} was frozen and confirmed")
    return check_vintage(context, wanted[-1])


def check_vintage(context: Context, name: str) -> Vintage:
    """Return a confirmed vintage after checking it against what was confirmed.

    Raises:
        ManifestError: a file is missing or changed, or the manifest is not the one that was confirmed.
    """
    vintage = VintageStore(context.settings.evaluation_root).manifest(name)
    with context.ledger.reading() as ledger:
        events = ledger.events(subject=f"{Thing.VINTAGE.value}/{name}")
        try:
            said = ledger.payload(events[-1].sequence)["content"]
        except NoPayloadError as error:
            raise ManifestError(f"vintage/{name}: what was confirmed was erased from the ledger") from error
    if said != vintage.draft_hash:
        raise ManifestError(f"vintage/{name}: the manifest is not the one that was confirmed")
    return vintage


def show(context: Context, unit: str, period: Period | None) -> Evaluated:
    """Return what the newest confirmed vintage says of a unit.

    Raises:
        EvaluationStateError: there is no vintage, or it knows no such unit.
        ManifestError: files of the vintage were changed.
    """
    vintage = newest_confirmed(context, period)
    store = VintageStore(context.settings.evaluation_root)
    tables = {name: store.table(vintage, name) for name in (RESULTS, SCORES, SIGNS)}
    own = {name: frame.filter(pl.col("unit_code") == unit) for name, frame in tables.items()}
    if own[RESULTS].is_empty():
        raise EvaluationStateError(f"vintage/{vintage.id} has no result of {unit[:20]}")
    home, frozen = Home(context.settings.home), Period.parse(vintage.period)
    since = fallen_back(home, frozen, own[RESULTS], trend_months=vintage.trend_months)
    signs = own[SIGNS].to_dicts() + since
    return Evaluated(vintage, own[SCORES].to_dicts(), own[RESULTS].to_dicts(), signs, replies(context, vintage, unit))


def replies(context: Context, vintage: Vintage, unit: str) -> list[Reply]:
    """Return what a unit replied to a vintage, in order."""
    found = []
    with context.ledger.reading() as ledger:
        for event in ledger.events(subject=f"{Thing.VINTAGE.value}/{vintage.id}/{unit}", kind=REPLIED):
            try:
                said: Mapping[str, Any] = ledger.payload(event.sequence)
            except NoPayloadError:
                said = {"indicator": None, "text": None}
            found.append(Reply(event.sequence, event.instant, event.office, said["indicator"], said["text"]))
    return found
