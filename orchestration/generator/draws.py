"""Random draws that depend on what they are for, never on what was drawn before.

Every draw is a hash of (seed, purpose, counter), so that a month can be made without the months before it, in any
order and on any number of threads, and comes out the same. No other module here draws at random.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import polars as pl

T = TypeVar("T")

_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_TWO_53 = 2.0**-53


def _mixed(counters: pl.Series, key: int) -> pl.Series:
    """Hash counters by splitmix64 (Steele, Lea, Flood 2014); sums and products wrap at 64 bits.

    On series, not on expressions: an expression that names its operand twice computes it twice, at every level.
    """
    state = counters.cast(pl.UInt64) * _u64(_GOLDEN) + _u64(key)
    state = (state ^ (state // (1 << 30))) * _u64(_MIX_1)
    state = (state ^ (state // (1 << 27))) * _u64(_MIX_2)
    return state ^ (state // (1 << 31))


def _u64(value: int) -> pl.Series:
    return pl.Series([value], dtype=pl.UInt64)


def _key(*names: object) -> int:
    text = "\x1f".join(str(name) for name in names)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Draws:
    """Draws for one purpose.

    Attributes:
        names: The seed and the words of the purpose.
    """

    names: tuple[object, ...]

    @classmethod
    def of(cls, seed: int, *names: object) -> Draws:
        """Make the draws of a purpose under a seed."""
        return cls((seed, *names))

    def named(self, *names: object) -> Draws:
        """Narrow the purpose."""
        return Draws((*self.names, *names))

    def bits(self, counter: pl.Expr) -> pl.Expr:
        """Give 64 random bits for each counter (a non-negative integer)."""
        hashed = partial(_mixed, key=_key(*self.names))
        return counter.map_batches(hashed, return_dtype=pl.UInt64, is_elementwise=True)

    def unit(self, counter: pl.Expr) -> pl.Expr:
        """Give numbers spread evenly over [0, 1)."""
        return (self.bits(counter) // (1 << 11)).cast(pl.Float64) * _TWO_53

    def below(self, bound: int | pl.Expr, counter: pl.Expr) -> pl.Expr:
        """Give whole numbers in [0, bound); `bound` is far below 2^32, so the bias of the remainder is nil."""
        limit = bound if isinstance(bound, pl.Expr) else pl.lit(bound)
        return (self.bits(counter) % limit.cast(pl.UInt64)).cast(pl.Int64)

    def normal(self, counter: pl.Expr) -> pl.Expr:
        """Give standard normal numbers (Box and Muller 1958)."""
        radius = (-2.0 * (1.0 - self.named("radius").unit(counter)).log()).sqrt()
        return radius * (2.0 * math.pi * self.named("angle").unit(counter)).cos()

    def lognormal(self, median: float, sigma: float | pl.Expr, counter: pl.Expr) -> pl.Expr:
        """Give numbers with a heavy right tail, of the given median."""
        return median * (sigma * self.normal(counter)).exp()

    def number(self, *names: object) -> float:
        """Give one number in [0, 1) for a word."""
        return (_key(*self.names, *names) >> 11) * _TWO_53

    def whole(self, bound: int, *names: object) -> int:
        """Give one whole number in [0, bound) for a word."""
        return _key(*self.names, *names) % bound

    def gauss(self, *names: object) -> float:
        """Give one standard normal number for a word."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self.number(*names, "radius")))
        return radius * math.cos(2.0 * math.pi * self.number(*names, "angle"))

    def choice(self, options: Sequence[T], *names: object) -> T:
        """Give one of the options for a word."""
        return options[self.whole(len(options), *names)]

    def weighted(self, options: Sequence[tuple[T, float]], *names: object) -> T:
        """Give one of (option, share) for a word; the shares sum to one."""
        left = self.number(*names)
        for option, share in options:
            left -= share
            if left < 0.0:
                return option
        return options[-1][0]

    def shuffled(self, options: Sequence[T], *names: object) -> tuple[T, ...]:
        """Give the options in a random order."""
        order = sorted(range(len(options)), key=lambda place: _key(*self.names, *names, place))
        return tuple(options[place] for place in order)
