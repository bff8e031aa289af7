"""How one measure or indicator becomes published numbers: unit, decimals, division. Pure.

One shape for both kinds of dataset: an indicator takes it from its definition (`vocabulary.indicators`), a measure of
a cube from the dataset's structure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from governance.errors import GovernanceError
from governance.releases.numbers import published_value

BREAK = "DEFINITION_BREAK"
"""Note of the first observations of a version that counts otherwise than the one before (`OBS_STATUS` B)."""

MAX_DECIMALS = 6
"""Decimals that the published column can hold."""


class PublicationError(GovernanceError):
    """A gold row cannot be published as it is; the message names the observation, never a confidential value."""


@dataclass(frozen=True)
class Rule:
    """Publication rule of one indicator or measure.

    Attributes:
        code: Value of the first dimension.
        version: Version of the definition; empty for a measure of a cube.
        arithmetic: `ratio` (numerator ÷ denominator), `count` (the value itself) or `median` (an exact middle value).
        scale: 100 for percentages, 1000 for figures per thousand, else 1.
        decimals: Decimals to publish.
        unit_measure: Code of `CL_UNIT_MEASURE`.
        unit_mult: Power of ten to multiply the published value with.
        notes: Note code → (Persian, English).
        document: What a reader is told: names, definition, counting logic; goes into `structure.json`.
        earlier: Rules of the versions before, from the first on: figures of their time are published by them.
    """

    code: str
    version: str
    arithmetic: str
    scale: int
    decimals: int
    unit_measure: str
    unit_mult: int
    notes: Mapping[str, tuple[str, str]]
    document: Mapping[str, object]
    earlier: tuple["Rule", ...] = ()

    def __post_init__(self) -> None:
        """Check what the published columns can hold.

        Raises:
            PublicationError: too many decimals.
        """
        if not 0 <= self.decimals <= MAX_DECIMALS:
            raise PublicationError(f"{self.code} is defined with {self.decimals} decimals, at most {MAX_DECIMALS} fit")

    @property
    def versions(self) -> tuple["Rule", ...]:
        """The rules of all versions, from the first to the one in force."""
        return (*self.earlier, self)

    def value_of(self, *, numerator: Decimal | None, denominator: Decimal | None, raw: Decimal | None) -> Decimal:
        """Return the value as published.

        Args:
            numerator: Exact numerator.
            denominator: Exact denominator.
            raw: The mart's own value, exact; what counts and medians are.

        Raises:
            PublicationError: a needed part is missing, or the denominator is zero.
        """
        top = numerator if self.arithmetic == "ratio" else raw
        bottom = denominator if self.arithmetic == "ratio" else None
        if top is None or (self.arithmetic == "ratio" and not bottom):
            raise PublicationError(f"{self.code}: the mart has a value but not the parts to compute it from")
        return published_value(top, bottom, scale=self.scale, unit_mult=self.unit_mult, decimals=self.decimals)
