"""Lapses of imaging: which files and single documents break which rule of `CL_SCAN_FINDING`, one at a time or in pairs.

A lapse is drawn for an item as a whole; `steps` and `papers` move, add or alter the events that it needs. An item that
is left unfinished has none. Two rules that no document can break without breaking a third do not meet in one item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import polars as pl

from orchestration.generator.coding import PLACE, place, places
from orchestration.generator.draws import Draws
from vocabulary.codelists.load import load_codelist

KEEP, RETURN, OTHER_RULING = "KEEP", "RETURN", "DESTROY"
"""What is done with the paper of a document's type after imaging, `after_imaging` of `CL_DOCUMENT_TYPE`."""

_FINDINGS, _WORKFLOWS = "CL_SCAN_FINDING", "CL_SCAN_WORKFLOW"
LEAVES = "LEAF_DIFFERENCE"
"""The one rule that is drawn apart, for it is broken so much more often than any other."""
_KINDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "NEW_DOCUMENT": {
            "RETURNED_UNSTAMPED": RETURN,
            "RETURNED_UNIMAGED": RETURN,
            "NOT_RETURNED": RETURN,
            "KEPT_ORIGINAL_RETURNED": KEEP,
            "KEPT_ORIGINAL_DESTROYED": KEEP,
            "BINDER_OUT_OF_ORDER": KEEP,
            "OTHER_RULING_RETURNED": OTHER_RULING,
            "OTHER_RULING_KEPT": OTHER_RULING,
            "DESTROYED_UNIMAGED": OTHER_RULING,
        },
        "CORRESPONDENCE": {"KEPT_ORIGINAL_DESTROYED": KEEP},
    }
)
"""Kind of document that a lapse needs by itself, by workflow; the others happen to any."""

_TOGETHER: Mapping[frozenset[str], str] = MappingProxyType(
    {
        frozenset({"RETURNED_UNSTAMPED", "KEPT_ORIGINAL_RETURNED"}): KEEP,
        frozenset({"RETURNED_UNSTAMPED", "OTHER_RULING_RETURNED"}): OTHER_RULING,
        frozenset({"RETURNED_UNIMAGED", "KEPT_ORIGINAL_RETURNED"}): KEEP,
        frozenset({"RETURNED_UNIMAGED", "OTHER_RULING_RETURNED"}): OTHER_RULING,
        frozenset({"DESTROYED_UNIMAGED", "KEPT_ORIGINAL_DESTROYED"}): KEEP,
        frozenset({"DESTROYED_UNIMAGED", "NOT_RETURNED"}): RETURN,
        frozenset({"BINDER_OUT_OF_ORDER", "NOT_RETURNED"}): RETURN,
        frozenset({"BINDER_OUT_OF_ORDER", "OTHER_RULING_KEPT"}): OTHER_RULING,
    }
)
"""Kind of new document that breaks two rules of different kinds by one act."""


@dataclass(frozen=True)
class LapseRates:
    """How often rules are broken.

    Attributes:
        single: Share of items that break one rule.
        pair: Share of items that break two.
        leaves: Share of files shelved with another number of leaves.
    """

    single: float = 0.010
    pair: float = 0.003
    leaves: float = 0.0235


USUAL = LapseRates()
"""What ordinary data hold."""

CLEAN = LapseRates(0.0, 0.0, 0.0)
"""Nothing is broken; lawful loops are there all the same."""


@cache
def rules_of(workflow: str) -> Sequence[str]:
    """Give the observable rules of a workflow, in the codelist's order."""
    return tuple(
        item.code
        for item in load_codelist(_FINDINGS).items
        if item.attributes["observability"] == "OBSERVABLE" and workflow in item.attributes["workflows"].split("|")
    )


def may_meet(workflow: str, one: str, other: str) -> bool:
    """Tell whether an item can break both rules and no third: both of one kind, or by one act."""
    kinds = _KINDS.get(workflow, {})
    if one == other or one not in kinds or other not in kinds or kinds[one] == kinds[other]:
        return one != other
    return frozenset({one, other}) in _TOGETHER


def _kind_of(workflow: str, one: str, other: str) -> str | None:
    """Give the kind of document that breaks both rules."""
    kinds = _KINDS.get(workflow, {})
    return _TOGETHER.get(frozenset({one, other})) or kinds.get(one) or kinds.get(other)


def draw_lapses(files: pl.DataFrame, rates: LapseRates, draws: Draws) -> pl.DataFrame:
    """Add `lapse`, `other_lapse` (places in `CL_SCAN_FINDING`, mostly null) and `needed_kind` (text, mostly null).

    Args:
        files: `item` (number), `workflow` (place), `is_unfinished`, `is_miscounted`.
        rates: How often.
        draws: Draws of the lapses.
    """
    key, nothing = pl.col("item"), pl.lit(None, dtype=PLACE)
    spot = draws.named("lapse").unit(key)
    chosen = files.select("item", "workflow", "is_unfinished", spot.alias("spot")).filter(
        (pl.col("spot") < rates.single + rates.pair) & ~pl.col("is_unfinished")
    )
    lapsed = [_of_workflow(chosen, code, rates.pair, draws) for code in load_codelist(_WORKFLOWS).codes]
    joined = files.join(pl.concat(lapsed), on="item", how="left", maintain_order="left")
    leaves = place(_FINDINGS, LEAVES)
    return joined.with_columns(
        pl.when("is_miscounted").then(leaves).otherwise(nothing).alias("leaf_lapse"),
    )


def has(rule: str) -> pl.Expr:
    """Tell whether an item breaks a rule."""
    wanted = places(_FINDINGS)[rule]
    column = pl.col("leaf_lapse").eq_missing(wanted) if rule == LEAVES else pl.lit(value=False)
    return column | pl.col("lapse").eq_missing(wanted) | pl.col("other_lapse").eq_missing(wanted)


def has_any(*rules: str) -> pl.Expr:
    """Tell whether an item breaks one of some rules."""
    return pl.any_horizontal([has(rule) for rule in rules])


def _of_workflow(chosen: pl.DataFrame, workflow: str, pair: float, draws: Draws) -> pl.DataFrame:
    rules = rules_of(workflow)
    known, kinds = places(_FINDINGS), _KINDS.get(workflow, {})
    codes = pl.Series([known[rule] for rule in rules], dtype=PLACE)
    needs = pl.Series([kinds.get(rule) for rule in rules], dtype=pl.String)
    pairs = [(one, other) for one in rules for other in rules]
    meets = pl.Series([may_meet(workflow, *pair) for pair in pairs], dtype=pl.Boolean)
    both = pl.Series([_kind_of(workflow, *pair) for pair in pairs], dtype=pl.String)
    key, many = pl.col("item"), len(rules)
    first, second = draws.named("first").below(many, key), draws.named("second").below(many, key)
    drawn = chosen.filter(pl.col("workflow") == places(_WORKFLOWS)[workflow]).with_columns(
        first.alias("first"), second.alias("second")
    )
    cell = pl.col("first") * many + pl.col("second")
    is_pair = (pl.col("spot") < pair) & pl.lit(meets).gather(cell)
    return drawn.select(
        "item",
        pl.lit(codes).gather(pl.col("first")).alias("lapse"),
        pl.when(is_pair).then(pl.lit(codes).gather(pl.col("second"))).alias("other_lapse"),
        pl.when(is_pair)
        .then(pl.lit(both).gather(cell))
        .otherwise(pl.lit(needs).gather(pl.col("first")))
        .alias("needed_kind"),
    )
