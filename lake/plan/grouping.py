"""What aggregates and windows make of their input.

An aggregate of the list lowers records to an aggregate, unless its groups tell records apart: then each may be one
record. Every other aggregate hands a record through, and where its groups do not tell records apart, it picks it out.
"""

from collections.abc import Sequence
from dataclasses import replace

from lake.plan.column import PlanError, Trait
from lake.plan.expressions import Node, condition, evaluate, evaluate_all
from lake.plan.value import NOTHING, Relation, Value, union

LOWERING = frozenset({"avg", "count", "count_if", "count_star", "sum", "sum_no_overflow"})
"""Aggregates whose result is of all records of a group, none of which can be read off it."""

_ENDS = frozenset({"bool_and", "bool_or", "max", "min"})
"""Aggregates that give one of the values: over codes that many records share no more than the groups by these codes."""

_COUNTS = frozenset({"count", "count_if", "count_star"})
_RANKS = frozenset(
    f"WINDOW_{word}" for word in ("ROW_NUMBER", "RANK", "RANK_DENSE", "PERCENT_RANK", "CUME_DIST", "NTILE")
)
_NEIGHBOURS = frozenset({"WINDOW_LAG", "WINDOW_LEAD"})
_CHOSEN = frozenset({"WINDOW_FIRST_VALUE", "WINDOW_LAST_VALUE", "WINDOW_NTH_VALUE"})


def grouped(node: Node, source: Relation) -> Relation:
    """Give what an aggregation makes: group columns, aggregates, then `grouping()` of columns."""
    keys = [evaluate(key, source.columns) for key in node["groups"]]
    tells_apart = _tells_apart(keys)

    def lower(value: Value) -> Value:
        return value if tells_apart else value.lowered()

    columns = [lower(key).of_trait(key.trait) for key in keys]
    columns += [aggregate(call, source, keys) for call in node["expressions"]]
    columns += [NOTHING for _ in node["grouping_functions"]]
    return Relation(tuple(columns), lower(union((source.deciding, *keys))), lower(union(keys)))


def aggregate(call: Node, source: Relation, keys: Sequence[Value]) -> Value:
    """Tell what an aggregate over groups is made of; what is counted are the rows themselves, too."""
    arguments = evaluate_all(call["children"], source.columns)
    kept = call.get("filter") or call.get("filters")
    filters = [condition(kept, source.columns)] if kept else []
    whole = _aggregated(call, arguments, filters, source, keys)
    return whole.made_of(union([*(arguments or [source.rows]), *filters]), gathered=True)


def _aggregated(
    call: Node, arguments: Sequence[Value], filters: Sequence[Value], source: Relation, keys: Sequence[Value]
) -> Value:
    name = _system_name(call)
    ordered = evaluate_all(call.get("order_bys"), source.columns)
    around = union([*filters, source.rows, source.deciding])
    trait = max((value.trait for value in arguments), default=Trait.CATEGORY)
    if name in _ENDS and trait is Trait.CATEGORY:
        around = union([source.deciding, *filters])
    elif name not in LOWERING:
        return _handed_through(union([*arguments, *ordered]), union([source.deciding, *filters]), keys).of_trait(trait)
    whole = union([*arguments, *ordered, around])
    if any(_may_not_enter(name, value) for value in arguments):
        whole = whole.as_picked()
    if _tells_apart(keys):
        return whole.of_trait(trait if name in _ENDS else Trait.ATTRIBUTE)
    return whole.lowered()


def _handed_through(value: Value, around: Value, keys: Sequence[Value]) -> Value:
    """Return what an aggregate hands through that is not of the list."""
    if _identify(keys):
        return value | around
    return value.as_picked() | (around if _tells_apart(keys) else around.lowered())


def _may_not_enter(name: str, value: Value) -> bool:
    """Identifiers are counted as they stand; summed or changed before, they tell of single records."""
    return value.trait is Trait.IDENTIFIER and not (name in _COUNTS and value.is_plain)


def distinct(node: Node, source: Relation) -> Relation:
    """Give what is left of rows that are equal in some columns."""
    keys = [evaluate(key, source.columns) for key in node["distinct_targets"]]
    decided = source.decided_by(keys)
    if node["distinct_type"] != "DISTINCT":
        decided = decided.decided_by(evaluate_all(node.get("order_by"), source.columns))
        return decided if _identify(keys) else picked(decided)
    if _tells_apart(keys):
        return replace(decided, rows=union(keys))
    columns = tuple(column.lowered().of_trait(column.trait) for column in source.columns)
    return Relation(columns, decided.deciding.lowered(), union(keys).lowered())


def picked(source: Relation) -> Relation:
    """Give rows of which single ones were picked out."""
    return source.decided_by([union((source.deciding, source.rows)).as_picked()])


def windowed(node: Node, source: Relation) -> Relation:
    """Give the input with the results of windows after it."""
    results = tuple(_window(call, source) for call in node["expressions"])
    return replace(source, columns=source.columns + results)


def _window(call: Node, source: Relation) -> Value:
    kind = call["type"]
    partitions = evaluate_all(call["partitions"], source.columns)
    if kind == "WINDOW_AGGREGATE" and _is_of_whole_partition(call) and _system_name(call) in LOWERING:
        inner, groups = aggregate(call, source, partitions), union(partitions)
        whole = inner | (groups if _tells_apart(partitions) else groups.lowered())
        return whole.of_trait(inner.trait).made_of(inner, gathered=True)
    arguments = evaluate_all(call["children"], source.columns)
    trait = max((value.trait for value in arguments), default=Trait.CATEGORY)
    whole = union(evaluate_all(list(call.values()), source.columns)).of_trait(trait)
    whole = whole.made_of(union(arguments)) if arguments else whole.as_computed()
    if kind in _RANKS:
        return whole.of_trait(Trait.ATTRIBUTE if _identify(partitions) else Trait.IDENTIFIER)
    if kind not in _NEIGHBOURS | _CHOSEN | {"WINDOW_AGGREGATE"}:
        raise PlanError(f"a window of the kind {kind} cannot be resolved")
    runs = kind == "WINDOW_AGGREGATE" and _system_name(call) in LOWERING
    if kind in _NEIGHBOURS or runs or _identify(partitions):
        return whole
    return whole.as_picked().of_trait(trait)


def _is_of_whole_partition(call: Node) -> bool:
    starts = call["start"] == "UNBOUNDED_PRECEDING"
    ends = call["end"] == "UNBOUNDED_FOLLOWING" or (call["end"] == "CURRENT_ROW_RANGE" and not call["orders"])
    return starts and ends and call["exclude_clause"] == "NO_OTHER"


def _tells_apart(keys: Sequence[Value]) -> bool:
    return any(key.trait is not Trait.CATEGORY and key.carried for key in keys)


def _identify(keys: Sequence[Value]) -> bool:
    return any(key.trait is Trait.IDENTIFIER for key in keys)


def _system_name(call: Node) -> str:
    path = call["qname"]["path"]
    if len(path) > 1 and path[0] != "system":
        raise PlanError(f"the aggregate {'.'.join(path)} cannot be resolved")
    return str(path[-1])
