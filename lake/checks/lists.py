"""The rules that judge a row by the rows of another object: headers of lists by their workers, and the other way.

The other object is never at hand whole: it comes as a small frame, one row for each key, with `count` (its rows) and
the sum of each measure. Counted are all rows as received, also those that broke a rule of their own, with an unreadable
number as nought; so one bad worker does not make a list's totals wrong, nor a bad header its workers homeless.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import polars as pl

from lake.checks.breach import Breach
from lake.contracts.model import Check

COUNT = "count"
Sums: TypeAlias = Mapping[str, pl.DataFrame]
"""For each object that checks ask for: one row a key, with `count` and the sums of its measures."""


class ListCheckError(Exception):
    """Two checks of an object ask for sums of the same object by different keys."""


def needed_sums(checks: Iterable[Check]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return what list checks need of other objects: by object, the keys to group by and the measures to sum.

    Raises:
        ListCheckError: two checks group the same object by different keys.
    """
    needed: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for check in checks:
        if check.settings["rule"] not in LIST_CHECKS:
            continue
        name, keys = check.settings["object"], tuple(check.settings["keys"])
        measures = tuple(measure for measure in check.settings.get("totals", {}).values() if measure != COUNT)
        known_keys, known = needed.get(name, (keys, ()))
        if known_keys != keys:
            raise ListCheckError(f"{check.name}: {name} is grouped by other keys elsewhere: {', '.join(known_keys)}")
        needed[name] = keys, tuple(dict.fromkeys((*known, *measures)))
    return needed


def link_keys(checks: Iterable[Check], asked: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the keys that tie an object's rows to other objects', by its own checks and those that ask for its sums.

    Raises:
        ListCheckError: they are not the same keys.
    """
    own = [tuple(check.settings["keys"]) for check in checks if check.settings["rule"] in LIST_CHECKS]
    keys = {*own, *asked}
    if len(keys) > 1:
        raise ListCheckError(f"an object is tied to others by different keys: {sorted(keys)}")
    return next(iter(keys), ())


def orphan(rows: pl.DataFrame, sums: Sums, check: Check) -> list[Breach]:
    """Find rows whose key the other object does not have. Settings: `object`, `keys`."""
    keys = list(check.settings["keys"])
    known = sums[check.settings["object"]].select(*keys, pl.lit(value=True).alias("_known"))
    found = rows.select(keys).join(known, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return [(found["_known"].is_null(), check.name, keys[-1])]


def totals_of(rows: pl.DataFrame, sums: Sums, check: Check) -> list[Breach]:
    """Find totals that are not the sums over the other object's rows of the same key.

    Rows that share a key count together, exact repeats once; a key that the other object lacks is `orphan`'s matter; a
    blank total says nothing. The whole object is needed at once.

    Settings: `object`; `keys`; `distinct`, what tells rows of one key apart; `totals`, for each column the measure
    summed, or `count`.
    """
    settings = check.settings
    keys, totals = list(settings["keys"]), dict(settings["totals"])
    sums_of = {f"_{own}": measure for own, measure in totals.items()}
    shared = rows.select(shared=pl.struct(keys).is_duplicated())["shared"]
    together = rows.filter(shared).select(*keys, *settings.get("distinct", ()), *totals).unique()
    declared = pl.concat(
        [rows.filter(~shared).select(*keys, *totals), together.group_by(keys).agg(map(_whole, totals))]
    )
    received = sums[settings["object"]].select(
        *keys, *(pl.col(measure).alias(name) for name, measure in sums_of.items())
    )
    compared = declared.join(received, on=keys, how="left", nulls_equal=True).select(
        *keys, *((pl.col(own) != pl.col(f"_{own}")).fill_null(value=False).alias(own) for own in totals)
    )
    wrong = rows.select(keys).join(compared, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return [(wrong[own], check.name, own) for own in totals]


def _whole(name: str) -> pl.Expr:
    """Sum a column, null if any part of it is."""
    column = pl.col(name)
    return pl.when(column.is_not_null().all()).then(column.sum()).alias(name)


LIST_CHECKS: Mapping[str, Callable[[pl.DataFrame, Sums, Check], list[Breach]]] = {
    "orphan": orphan,
    "totals_of": totals_of,
}
WHOLE_OBJECT = frozenset({"totals_of"})
"""Checks that need all rows of their object at once; others are asked only of rows whose key the other object lacks."""
