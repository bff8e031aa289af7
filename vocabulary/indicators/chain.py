"""The versions of each definition, held against each other: a changed counting rule is a new version with a decision.

What belongs here: putting the versions of an indicator in their order and checking it. What does not: whether a version
still counts as it did when it was registered, which `vocabulary.indicators.lock` keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from vocabulary.indicators.model import Definition, DefinitionError
from vocabulary.indicators.rules import VALID_FROM, changes_between, counting_rule
from vocabulary.measures.load import Measure


def chained(
    current: Sequence[Definition], past: Sequence[Definition], measures: Mapping[str, Measure]
) -> tuple[Definition, ...]:
    """Give all versions by code, from the first to the one in force, with its end and whether it breaks the series.

    Args:
        current: The definitions in force, one an indicator.
        past: Earlier versions.
        measures: All measures, by code.

    Raises:
        DefinitionError: A version does not follow on the one before, or counts otherwise without a decision.
    """
    in_force = {definition.code for definition in current}
    found: list[Definition] = []
    everything = sorted([*past, *current], key=lambda each: (each.code, order(each.version)))
    for code, group in groupby(everything, key=lambda each: each.code):
        chain = list(group)
        if code not in in_force:
            raise DefinitionError(f"{code}: earlier versions are kept, and none is in force")
        if chain[-1] not in current:
            raise DefinitionError(f"{chain[-1].id}: an earlier version is newer than the one in force")
        if chain[0].replaces is not None:
            raise DefinitionError(f"{chain[0].id} replaces {chain[0].replaces}, which is not kept in history/")
        breaks = [False, *(_check_step(before, after, measures) for before, after in pairwise(chain))]
        ends = [*(each.valid_from for each in chain[1:]), None]
        steps = zip(chain, ends, breaks, strict=True)
        found += [replace(each, valid_to=end, is_break=is_break) for each, end, is_break in steps]
    return tuple(found)


def order(version: str) -> tuple[int, ...]:
    """Give a version as numbers that compare."""
    return tuple(int(part) for part in version.split("."))


def _check_step(before: Definition, after: Definition, measures: Mapping[str, Measure]) -> bool:
    """Check that a version follows on the one before, and tell whether it counts otherwise."""
    if after.replaces != before.id:
        raise DefinitionError(f"{after.id}: it follows {before.id} and has to name it in `replaces`")
    if after.valid_from.start <= before.valid_from.start:
        raise DefinitionError(f"{after.id}: its `valid_from` must be later than that of {before.id}")
    changes = changes_between(counting_rule(before, measures), counting_rule(after, measures))
    counted = [str(change) for change in changes if change.field != VALID_FROM]
    if counted and after.decision_id is None:
        raise DefinitionError(
            f"{after.id} counts otherwise than {before.id} ({'; '.join(counted)}): it needs the `decision_id` of the "
            "statistics working group (DASH-D)"
        )
    return bool(counted)
