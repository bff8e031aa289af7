"""The limits of the plausibility check: dated data of the house, read from `limits.yaml` beside this module."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from vocabulary.indicators.model import Kind

_PATH = Path(__file__).parent / "limits.yaml"


class LimitsError(ValueError):
    """The limits are incomplete or contradict each other."""


@dataclass(frozen=True)
class Limits:
    """Limits beyond which a figure is shown to a reviewer.

    Attributes:
        version: Version of the limits; each flag carries it.
        min_months: Months that a series needs before it is judged.
        min_months_season: Months that it needs before its own season is estimated.
        outlier_score: Robust standard deviations from the expected value.
        outlier_deviation: Least deviation that matters, as a share of the expected value.
        break_penalty: Cost of one more change of level, in variances of the noise.
        break_deviation: Least change of level that matters, as a share.
        break_months: Months that a level has to last.
        jump: Kind of indicator → largest change between two months, as a share.
        possible: Kind of indicator → least and greatest value there can be; `None` where there is no bound.
    """

    version: str
    min_months: int
    min_months_season: int
    outlier_score: float
    outlier_deviation: float
    break_penalty: float
    break_deviation: float
    break_months: int
    jump: Mapping[str, float]
    possible: Mapping[str, tuple[float | None, float | None]]

    def __post_init__(self) -> None:
        """Check that the limits can be meant.

        Raises:
            LimitsError: a limit is not positive, a kind is unknown, or bounds are the wrong way round.
        """
        positive = (self.outlier_score, self.outlier_deviation, self.break_penalty, self.break_deviation)
        if min(*positive, *self.jump.values()) <= 0 or not 2 <= self.break_months <= self.min_months:
            raise LimitsError("a limit of plausibility is not positive")
        if not self.min_months <= self.min_months_season:
            raise LimitsError("a season takes at least the months that a judgement takes")
        unknown = ({*self.jump} | {*self.possible}) - {kind.value for kind in Kind}
        if unknown:
            raise LimitsError(f"no such kind of indicator: {', '.join(sorted(unknown))}")
        for kind, (least, greatest) in self.possible.items():
            if least is not None and greatest is not None and least >= greatest:
                raise LimitsError(f"{kind}: the least possible value is not below the greatest")


@cache
def load_limits() -> Limits:
    """Read the limits in force.

    Raises:
        LimitsError: they are incomplete or contradict each other.
    """
    return read_limits(_PATH.read_text(encoding="utf-8"))


def read_limits(text: str) -> Limits:
    """Read limits from YAML.

    Raises:
        LimitsError: they are incomplete or contradict each other.
    """
    entry = yaml.safe_load(text)
    if entry.get("basis") != "house":
        raise LimitsError("no text sets limits of plausibility: their basis is house")
    try:
        values = {name: entry[name] for name in Limits.__annotations__}
        values["possible"] = {kind: (least, greatest) for kind, (least, greatest) in values["possible"].items()}
        return Limits(**values)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, LimitsError):
            raise
        raise LimitsError(f"malformed limits: {type(error).__name__} {error}") from error
