"""The verdicts of the checks that gate a release, as its history keeps them beside the proposal (DASH-B).

The gate and the open flags of plausibility are asked here; the tests of the marts and the proof of their labels are
told by who ran them. A verdict tells counts and hashes, never a value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow.compute as pc

from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.datasets.load import Structure
from governance.plausibility.review import open_flags
from governance.releases.build import Build

DATA, LABELS, GATE, PLAUSIBILITY = "data", "labels", "gate", "plausibility"


class Outcome(StrEnum):
    """What a check found, the better before the worse."""

    PASSED = "passed"
    FLAGGED = "flagged"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """The verdict of one check.

    Attributes:
        name: `data`, `labels`, `gate` or `plausibility`.
        outcome: What it found: `flagged` where somebody should look, `unknown` where it is not known to have run.
        facts: Counts and hashes.
    """

    name: str
    outcome: Outcome
    facts: Mapping[str, int | str] = field(default_factory=dict)


def own_checks(context: Context, structure: Structure, built: Build) -> list[Check]:
    """Return the verdicts of the checks that governance makes itself."""
    certificate, data = built.certificate, built.candidate.data
    provisional = pc.sum(pc.equal(data["OBS_STATUS"], "P")).as_py() or 0
    facts: dict[str, int | str] = {
        "gate": certificate.gate,
        "threshold": certificate.threshold,
        "cells": certificate.cells,
        "withheld": certificate.withheld,
        "verdicts": certificate.verdicts,
        "provisional": provisional,
        "provenance": built.candidate.provenance,
    }
    found = [Check(GATE, Outcome.PASSED, facts)]
    if structure.kind == "indicators":
        found.append(_plausibility(open_flags(context)))
    return found


def check_passed(dataset: str, verdicts: Iterable[Check]) -> None:
    """Refuse a proposal that a check failed.

    Raises:
        RefusedError: with the checks that failed.
    """
    failed = [verdict.name for verdict in verdicts if verdict.outcome is Outcome.FAILED]
    if failed:
        reason = f"{dataset} is not proposed: failed checks of {', '.join(failed)}"
        raise RefusedError(reason, clause="DASH-B", basis=Basis.HOUSE)


def told(verdicts: Iterable[Check]) -> dict[str, object]:
    """Return what the event says: every verdict, those nobody told as unknown, and the worst of them."""
    known = {verdict.name: verdict for verdict in verdicts}
    complete = [*(known.get(name, Check(name, Outcome.UNKNOWN)) for name in (DATA, LABELS)), *_others(known)]
    worst = max((verdict.outcome for verdict in complete), key=list(Outcome).index)
    checks = [{"check": each.name, "outcome": each.outcome.value, **each.facts} for each in complete]
    shown = {name: known[GATE].facts[name] for name in ("provisional", "provenance") if GATE in known}
    return {"outcome": worst.value, **shown, "checks": checks}


def _others(known: Mapping[str, Check]) -> list[Check]:
    return [verdict for name, verdict in known.items() if name not in (DATA, LABELS)]


def _plausibility(flagged: int | None) -> Check:
    if flagged is None:
        return Check(PLAUSIBILITY, Outcome.UNKNOWN)
    return Check(PLAUSIBILITY, Outcome.FLAGGED if flagged else Outcome.PASSED, {"open_flags": flagged})
