"""Draws depend on seed, purpose and counter only."""

import polars as pl
import pytest

from orchestration.generator.draws import Draws

_MASK = (1 << 64) - 1


def _splitmix(state: int) -> int:
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


def _drawn(draws: Draws, counters: list[int]) -> list[int]:
    return pl.select(draws.bits(pl.lit(pl.Series(counters))).alias("bits"))["bits"].to_list()


def test_bits_are_splitmix64_of_counter_and_key() -> None:
    draws = Draws.of(7, "purpose")
    key = (_drawn(draws, [0])[0], _drawn(draws, [1])[0])
    # The key is whatever the purpose hashes to; two draws under one key differ as splitmix64 says.
    candidates = [
        start
        for start in [_unmix(key[0])]
        if _splitmix(start) == key[0] and _splitmix((start + 0x9E3779B97F4A7C15) & _MASK) == key[1]
    ]
    assert len(candidates) == 1


def _unmix(value: int) -> int:
    value = value ^ (value >> 31) ^ (value >> 62)
    value = (value * pow(0x94D049BB133111EB, -1, 1 << 64)) & _MASK
    value = value ^ (value >> 27) ^ (value >> 54)
    value = (value * pow(0xBF58476D1CE4E5B9, -1, 1 << 64)) & _MASK
    return value ^ (value >> 30) ^ (value >> 60)


def test_a_draw_does_not_depend_on_its_neighbours() -> None:
    draws = Draws.of(7, "purpose")
    assert _drawn(draws, [5, 9, 5]) == [_drawn(draws, [5])[0], _drawn(draws, [9])[0], _drawn(draws, [5])[0]]


@pytest.mark.parametrize("other", [Draws.of(8, "purpose"), Draws.of(7, "other"), Draws.of(7, "purpose", "narrower")])
def test_another_purpose_gives_other_draws(other: Draws) -> None:
    assert _drawn(Draws.of(7, "purpose"), [1, 2, 3]) != _drawn(other, [1, 2, 3])


def test_distributions_have_the_moments_they_should() -> None:
    draws, counter = Draws.of(1, "moments"), pl.int_range(200_000, dtype=pl.Int64)
    drawn = pl.select(
        draws.unit(counter).alias("unit"),
        draws.normal(counter).alias("normal"),
        draws.below(6, counter).alias("below"),
        draws.lognormal(20.0, 0.8, counter).alias("lognormal"),
    )
    assert drawn["unit"].mean() == pytest.approx(0.5, abs=0.005)
    assert drawn["normal"].mean() == pytest.approx(0.0, abs=0.01)
    assert drawn["normal"].std() == pytest.approx(1.0, abs=0.01)
    assert drawn["lognormal"].median() == pytest.approx(20.0, rel=0.01)
    counts = drawn["below"].value_counts().sort("below")
    assert counts["below"].to_list() == [0, 1, 2, 3, 4, 5]
    assert counts["count"].min() > 200_000 / 6 * 0.97  # type: ignore[operator]


def test_words_are_drawn_too() -> None:
    draws = Draws.of(1, "words")
    assert draws.choice("abc", "x") == draws.choice("abc", "x")
    assert sorted(draws.shuffled((1, 2, 3, 4), "order")) == [1, 2, 3, 4]
    shares = [draws.weighted((("rare", 0.1), ("common", 0.9)), number) for number in range(2000)]
    assert shares.count("rare") == pytest.approx(200, abs=50)
    assert abs(sum(draws.gauss(number) for number in range(2000)) / 2000) < 0.1
