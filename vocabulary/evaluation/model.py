"""What a version of the evaluation rules says: weights, limits and peer groups, each with its reason (DASH-X).

What belongs here: the shape of a version and the checks within it. What does not: reading the files and holding them
against definitions, which `vocabulary.evaluation.load` does, and the evaluation itself, which the marts do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vocabulary.codelists.load import load_codelist
from vocabulary.indicators.model import Bilingual
from vocabulary.norms.model import DEMO_PREFIX, Standing
from vocabulary.periods import Period

WHOLE: Final = 100
"""What the weights of all domains add up to, and those of the indicators within one."""

_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


class RulesError(ValueError):
    """A version of the rules is incomplete or contradicts itself or the definitions."""


class Funnel(StrEnum):
    """How far chance alone may carry a figure from its norm, by what the figure counts.

    `binomial`: of n cases so many; `poisson`: so many events over an exposure; `none`: amounts, medians and what is
    not made of independent cases, for which only the minimum size stands.
    """

    BINOMIAL = "binomial"
    POISSON = "poisson"
    NONE = "none"


@dataclass(frozen=True)
class FunnelLimits:
    """Standard normal quantiles: beyond `warning_z` a figure is pointed at, beyond `decisive_z` it is judged."""

    warning_z: float
    decisive_z: float


@dataclass(frozen=True)
class PeerGroup:
    """Units that are compared with each other: kinds, and a size from (included) to below, by one measure."""

    code: str
    kinds: tuple[str, ...]
    size_measure: str | None
    size_from: int | None
    size_below: int | None

    def overlaps(self, other: PeerGroup) -> bool:
        """Tell whether a unit could be in both."""
        if not set(self.kinds) & set(other.kinds):
            return False
        if self.size_measure is None or other.size_measure is None:
            return True
        if self.size_measure != other.size_measure:
            return True
        return _below(self.size_from, other.size_below) and _below(other.size_from, self.size_below)


@dataclass(frozen=True)
class Peers:
    """Peer groups, and how many units make a distribution that is worth showing."""

    minimum: int
    groups: tuple[PeerGroup, ...]


class Size(StrEnum):
    """What the minimum size goes by.

    `denominator`: what there was to do, which a funnel always goes by. `contributors`: who stands behind the figure,
    for a denominator that counts nothing, such as an amount; of the two parts the smaller, so that it must not be
    used where a bad result makes a part small.
    """

    DENOMINATOR = "denominator"
    CONTRIBUTORS = "contributors"


@dataclass(frozen=True)
class IndicatorWeight:
    """Weight of an indicator within its domain, percent."""

    indicator: str
    weight: int
    funnel: Funnel
    size: Size
    minimum_size: int
    explanation: Bilingual


@dataclass(frozen=True)
class DomainWeight:
    """Weight of a domain, percent, and the kinds of unit that are judged by it."""

    domain: str
    weight: int
    applies_to: tuple[str, ...]
    explanation: Bilingual
    indicators: tuple[IndicatorWeight, ...]


@dataclass(frozen=True)
class Rules:
    """A version of the evaluation rules.

    Attributes:
        version: Semantic version, the name of its file.
        status: Whether anybody decided it.
        valid_from: First month it holds for.
        valid_to: Last month; `None` while no end was set.
        decision_id: Decision that set it.
        name: Name.
        explanation: How the score comes about and why so.
        minimum_evaluated_percent: Part of the weight that has to be evaluated before a score is given.
        minimum_size: Persons, cases or files that have to stand behind a figure before it is judged.
        minimum_expected: Cases that the norm lets expect on the rarer side, below which the normal approximation of
            the funnel does not hold.
        funnel: Limits of the funnel.
        trend_months: Months that the trend is read over.
        period_kinds: Periods that are evaluated, codes of `CL_PERIOD_KIND`.
        peers: Peer groups.
        domains: Weights.
    """

    version: str
    status: Standing
    valid_from: Period
    valid_to: Period | None
    decision_id: str
    name: Bilingual
    explanation: Bilingual
    minimum_evaluated_percent: int
    minimum_size: int
    minimum_expected: int
    funnel: FunnelLimits
    trend_months: int
    period_kinds: tuple[str, ...]
    peers: Peers
    domains: tuple[DomainWeight, ...]

    def __post_init__(self) -> None:
        """Check what the parts say about each other.

        Raises:
            RulesError: They do not agree.
        """
        if not _VERSION.fullmatch(self.version) or not self.decision_id.strip():
            raise RulesError(f"{self.version}: malformed version, or no decision")
        if (self.status is Standing.DEMONSTRATION) != self.decision_id.startswith(DEMO_PREFIX):
            raise RulesError(f"{self.version}: a decision {DEMO_PREFIX}… goes with a demonstration, and no other")
        if not 0 < self.funnel.warning_z < self.funnel.decisive_z:
            raise RulesError(f"{self.version}: the warning limit lies within the decisive one")
        if not 0 < self.minimum_evaluated_percent <= WHOLE or self.trend_months < 1:
            raise RulesError(f"{self.version}: a share or a window is out of range")
        if not set(self.period_kinds) <= set(load_codelist("CL_PERIOD_KIND").codes):
            raise RulesError(f"{self.version}: unknown kind of period")
        self._check_weights()
        self._check_peers()

    def _check_weights(self) -> None:
        kinds, domains = load_codelist("CL_UNIT_KIND").codes, load_codelist("CL_INDICATOR_DOMAIN").codes
        if sum(domain.weight for domain in self.domains) != WHOLE:
            raise RulesError(f"{self.version}: the weights of the domains do not add up to {WHOLE}")
        for domain in self.domains:
            if domain.domain not in domains or not set(domain.applies_to) <= set(kinds):
                raise RulesError(f"{self.version}: {domain.domain}: unknown domain or kind of unit")
            if sum(item.weight for item in domain.indicators) != WHOLE:
                raise RulesError(f"{self.version}: {domain.domain}: the weights do not add up to {WHOLE}")
            if any(item.funnel is not Funnel.NONE and item.size is Size.CONTRIBUTORS for item in domain.indicators):
                raise RulesError(f"{self.version}: {domain.domain}: a funnel goes by the denominator")
            if domain.weight < 1 or any(item.weight < 1 for item in domain.indicators):
                raise RulesError(f"{self.version}: {domain.domain}: a weight is below one percent")
        named = [item.indicator for domain in self.domains for item in domain.indicators]
        if len(set(named)) != len(named) or len({domain.domain for domain in self.domains}) != len(self.domains):
            raise RulesError(f"{self.version}: a domain or an indicator is weighted twice")

    def _check_peers(self) -> None:
        groups = self.peers.groups
        for place, group in enumerate(groups):
            if any(group.overlaps(other) for other in groups[:place]):
                raise RulesError(f"{self.version}: a unit could be in {group.code} and in another peer group")

    @property
    def months(self) -> tuple[str, str | None]:
        """First and last month of validity."""
        last = None if self.valid_to is None else self.valid_to.months()[-1].code
        return self.valid_from.months()[0].code, last


def _below(first: int | None, limit: int | None) -> bool:
    return limit is None or (first or 0) < limit
