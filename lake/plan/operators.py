"""What each operator of a plan makes of its inputs. An operator that is not named here is denied."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lake.plan.column import ROWS, PlanError, Trait
from lake.plan.expressions import Node, compared, condition, evaluate, evaluate_all
from lake.plan.grouping import distinct, grouped, picked, windowed
from lake.plan.value import NOTHING, Relation, Value, union

_COUNTING_TABLES = frozenset({"generate_series", "range"})
_LEFT_ONLY = frozenset({"SEMI", "ANTI"})
_RIGHT_ONLY = frozenset({"RIGHT_SEMI", "RIGHT_ANTI"})
_BOTH = frozenset({"INNER", "LEFT", "RIGHT", "FULL", "SINGLE"})


@dataclass(frozen=True)
class Interpreter:
    """Walks a plan from its leaves.

    Attributes:
        tables: Columns of each table, by name and then by the column's name.
        shared: Results of common table expressions, by their index in the plan.
    """

    tables: Mapping[str, Mapping[str, Value]]
    shared: dict[int, Relation] = field(default_factory=dict)

    def relation(self, node: Node) -> Relation:
        """Tell what an operator and all beneath it give.

        Raises:
            PlanError: the flow through an operator or an expression is not known.
        """
        kind = node["type"]
        rule = _OPERATORS.get(kind)
        if rule is None:
            raise PlanError(f"an operator of the kind {kind} cannot be resolved")
        return _mapped(rule(self, node), node.get("projection_map"))


def _mapped(relation: Relation, places: Sequence[int] | None) -> Relation:
    """Leave out the columns that the plan leaves out; an empty map leaves out none."""
    return replace(relation, columns=tuple(relation.columns[place] for place in places)) if places else relation


def _source(interpreter: Interpreter, node: Node) -> Relation:
    (child,) = node["children"]
    return interpreter.relation(child)


def _get(interpreter: Interpreter, node: Node) -> Relation:
    function = node["qname"]["path"][-1]
    if function in _COUNTING_TABLES and not node["children"]:
        return Relation((NOTHING,) * max(1, len(node["column_indexes"])))
    if function != "seq_scan" or node["children"] or any(node["table_filters"].values()):
        raise PlanError(f"the table function {function} cannot be resolved")
    scanned = node["function_data"]
    name = table_name(scanned["schema"], scanned["table"])
    known = interpreter.tables.get(name)
    if known is None:
        raise PlanError(f"the table {name} is not declared")
    if node["projection_ids"]:
        raise PlanError(f"the scan of {name} leaves columns out in a way that is not known")
    names = node["names"]
    rows = known[ROWS]
    columns = [
        known[names[place["index"]]] if place["index"] < len(names) else rows.of_trait(Trait.IDENTIFIER)
        for place in node["column_indexes"]
    ]
    return Relation(tuple(columns), rows=rows)


def table_name(schema: str, table: str) -> str:
    """Return the name that a table of DuckDB goes by here."""
    return table if schema == "main" else f"{schema}.{table}"


def _projection(interpreter: Interpreter, node: Node) -> Relation:
    source = _source(interpreter, node)
    return replace(source, columns=tuple(evaluate(item, source.columns) for item in node["expressions"]))


def _filter(interpreter: Interpreter, node: Node) -> Relation:
    source = _source(interpreter, node)
    return source.decided_by(condition(item, source.columns) for item in node["expressions"])


def _order(interpreter: Interpreter, node: Node) -> Relation:
    source = _source(interpreter, node)
    return source.decided_by(evaluate_all(node["orders"], source.columns))


def _limit(interpreter: Interpreter, node: Node) -> Relation:
    source = _source(interpreter, node)
    bounds = [node.get("limit_val"), node.get("offset_val")]
    return picked(source.decided_by(evaluate_all(bounds, source.columns)))


def _sample(interpreter: Interpreter, node: Node) -> Relation:
    return picked(_source(interpreter, node))


def _unnest(interpreter: Interpreter, node: Node) -> Relation:
    source = _source(interpreter, node)
    values = tuple(evaluate(item, source.columns) for item in node["expressions"])
    return replace(source.decided_by(values), columns=source.columns + values)


def _aggregate(interpreter: Interpreter, node: Node) -> Relation:
    return grouped(node, _source(interpreter, node))


def _distinct(interpreter: Interpreter, node: Node) -> Relation:
    return distinct(node, _source(interpreter, node))


def _window(interpreter: Interpreter, node: Node) -> Relation:
    return windowed(node, _source(interpreter, node))


def _join(interpreter: Interpreter, node: Node) -> Relation:
    left, right = (interpreter.relation(child) for child in node["children"])
    kind = node.get("join_type", "INNER")
    decisions = [_join_condition(item, left, right) for item in _join_conditions(node)]
    left, right = _mapped(left, node.get("left_projection_map")), _mapped(right, node.get("right_projection_map"))
    if kind == "MARK":
        mark = union([*decisions, right.deciding, right.rows]).of_trait(Trait.CATEGORY)
        return replace(left, columns=(*left.columns, mark))
    if kind not in _BOTH | _LEFT_ONLY | _RIGHT_ONLY:
        raise PlanError(f"a join of the kind {kind} cannot be resolved")
    columns = (() if kind in _RIGHT_ONLY else left.columns) + (() if kind in _LEFT_ONLY else right.columns)
    return Relation(columns, union([left.deciding, right.deciding, *decisions]), left.rows | right.rows)


def _join_conditions(node: Node) -> Sequence[Any]:
    return [*node.get("conditions", []), *([node["condition"]] if "condition" in node else [])]


def _join_condition(item: Any, left: Relation, right: Relation) -> Value:
    both = (*left.columns, *right.columns)
    if "expression_class" in item:
        return condition(item, both)
    if item["comparison"] == "INVALID":
        return condition(item["left"], both)
    return compared([evaluate(item["left"], left.columns), evaluate(item["right"], right.columns)])


def _union(interpreter: Interpreter, node: Node) -> Relation:
    return _stacked([interpreter.relation(child) for child in node["children"]])


def _stacked(parts: Sequence[Relation]) -> Relation:
    columns = tuple(union(column) for column in zip(*(part.columns for part in parts), strict=True))
    return Relation(columns, union(part.deciding for part in parts), union(part.rows for part in parts))


def _compared_sets(interpreter: Interpreter, node: Node) -> Relation:
    left, right = (interpreter.relation(child) for child in node["children"])
    pairs = [compared(pair) for pair in zip(left.columns, right.columns, strict=True)]
    return replace(left.decided_by([right.deciding, *pairs]), rows=left.rows | right.rows)


def _shared(interpreter: Interpreter, node: Node) -> Relation:
    definition, rest = node["children"]
    interpreter.shared[node["table_index"]] = interpreter.relation(definition)
    return interpreter.relation(rest)


def _reference(interpreter: Interpreter, node: Node) -> Relation:
    found = interpreter.shared.get(node["cte_index"])
    if found is None:
        raise PlanError("a common table expression of the plan is not defined")
    return found


def _recursive(interpreter: Interpreter, node: Node) -> Relation:
    if node.get("key_targets") or node.get("payload_aggregates"):
        raise PlanError("a recursion that replaces rows by key cannot be resolved")
    anchor, step = node["children"]
    known = interpreter.relation(anchor)
    while True:
        interpreter.shared[node["table_index"]] = known
        grown = _stacked([known, interpreter.relation(step)])
        if grown == known:
            return known
        known = grown


def _values(interpreter: Interpreter, node: Node) -> Relation:
    source = _source(interpreter, node)
    rows = [[evaluate(item, source.columns) for item in row] for row in node["expressions"]]
    return replace(source, columns=tuple(union(column) for column in zip(*rows, strict=True)))


def _nothing(interpreter: Interpreter, node: Node) -> Relation:  # noqa: ARG001
    return Relation((NOTHING,) * len(node["bindings"]))


def _dummy(interpreter: Interpreter, node: Node) -> Relation:  # noqa: ARG001
    return Relation((NOTHING,))


_OPERATORS: dict[str, Callable[[Interpreter, Node], Relation]] = {
    "LOGICAL_AGGREGATE_AND_GROUP_BY": _aggregate,
    "LOGICAL_ANY_JOIN": _join,
    "LOGICAL_ASOF_JOIN": _join,
    "LOGICAL_COMPARISON_JOIN": _join,
    "LOGICAL_CROSS_PRODUCT": _join,
    "LOGICAL_CTE_REF": _reference,
    "LOGICAL_DISTINCT": _distinct,
    "LOGICAL_DUMMY_SCAN": _dummy,
    "LOGICAL_EMPTY_RESULT": _nothing,
    "LOGICAL_EXCEPT": _compared_sets,
    "LOGICAL_EXPRESSION_GET": _values,
    "LOGICAL_FILTER": _filter,
    "LOGICAL_GET": _get,
    "LOGICAL_INTERSECT": _compared_sets,
    "LOGICAL_LIMIT": _limit,
    "LOGICAL_MATERIALIZED_CTE": _shared,
    "LOGICAL_ORDER_BY": _order,
    "LOGICAL_PROJECTION": _projection,
    "LOGICAL_RECURSIVE_CTE": _recursive,
    "LOGICAL_SAMPLE": _sample,
    "LOGICAL_UNION": _union,
    "LOGICAL_UNNEST": _unnest,
    "LOGICAL_WINDOW": _window,
}
