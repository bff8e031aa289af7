"""Freezing the results of a period: read from gold, written once, proposed; another person confirms.

What is frozen never changes: a later change of gold makes another vintage, by another two persons.
"""

from datetime import datetime

import polars as pl

from governance.context import Context
from governance.evaluation import basis
from governance.evaluation.acts import check_act, is_development, record
from governance.evaluation.results import read_results
from governance.evaluation.states import EvaluationStateError, Step, Subject, Thing
from governance.evaluation.vintage import RESULTS, Adopted, Vintage, VintageStore
from governance.ledger.envelope import instant_text
from governance.ledger.ledger import Reader
from governance.releases.code import code_version
from lake.layout import Home
from vocabulary.evaluation.load import rules_in_use
from vocabulary.evaluation.model import Rules
from vocabulary.norms.load import norms_in_use
from vocabulary.periods import Period

_RESTRICTION = ("reported", "published_elsewhere", "synthetic")


def freeze(context: Context, period: Period, *, actor: str, now: datetime) -> Vintage:
    """Freeze the results of a period as gold has them now.

    Raises:
        RefusedError: the actor may not, or two persons did not adopt the rules or the norms as they stand.
        EvaluationStateError: nothing of the period was evaluated by the rules in force.
        lake.tables.TableError: a mart was not built.
    """
    official = context.officials.find(actor)
    store, home = VintageStore(context.settings.evaluation_root), Home(context.settings.home)
    rules = _rules_in_force(period, demonstration=is_development(context))
    with store.lock():
        with context.ledger.reading() as ledger:
            subject = _next(ledger, period)
            check_act(ledger, subject, Step.PROPOSED, official)
            adopted = _adopted(ledger, rules, demonstration=is_development(context))
        results = read_results(home, period, trend_months=rules.trend_months)
        if set(results.frames[RESULTS]["rules_version"].to_list()) != {rules.version}:
            raise EvaluationStateError(f"{period} is not evaluated by the rules {rules.version}: amar build")
        provenance = _most_restrictive(results.frames[RESULTS])
        files = store.write(results.frames, {"vintage": subject.name, "PROVENANCE": provenance})
        vintage = Vintage(
            period=period.code,
            number=int(subject.name.rpartition("/")[2]),
            built_at=instant_text(now),
            provenance=provenance,
            trend_months=rules.trend_months,
            rules=adopted[0],
            norms=adopted[1],
            code=code_version(),
            tables=results.tables,
            files=files,
        ).hashed()
        with context.ledger.writing() as writer:
            check_act(writer, subject, Step.PROPOSED, official)
            store.place(vintage)
            record(writer, subject, Step.PROPOSED, official, {"content": vintage.draft_hash}, now=now)
    return vintage


def _rules_in_force(period: Period, *, demonstration: bool) -> Rules:
    month = period.months()[-1].code
    for rules in rules_in_use(demonstration=demonstration):
        first, last = rules.months
        if first <= month and (last is None or month <= last):
            return rules
    raise EvaluationStateError(f"no rules of evaluation are in force for {period}: it is not evaluated")


def _next(ledger: Reader, period: Period) -> Subject:
    """Return the subject of the period's next vintage; a number is never used again."""
    number = 1
    while ledger.events(subject=f"{Thing.VINTAGE.value}/{period.code}/{number}"):
        number += 1
    return Subject(Thing.VINTAGE, f"{period.code}/{number}")


def _adopted(ledger: Reader, rules: Rules, *, demonstration: bool) -> tuple[Adopted, Adopted]:
    """Return rules and norms as two persons adopted them."""
    norms = norms_in_use(demonstration=demonstration)
    decided = (
        (basis.rules_subject(rules.version), {rules.decision_id}),
        (basis.norms_subject(demonstration=demonstration), {norm.decision_id for norm in norms}),
    )
    found = []
    for subject, decisions in decided:
        content = basis.content_of(subject, demonstration=demonstration)
        sequence = basis.check_adopted(ledger, subject, content)
        found.append(Adopted(name=subject.name, content=content, decisions=tuple(sorted(decisions)), sequence=sequence))
    return found[0], found[1]


def _most_restrictive(results: pl.DataFrame) -> str:
    return _RESTRICTION[max(_RESTRICTION.index(word) for word in results["provenance"].unique().to_list())]
