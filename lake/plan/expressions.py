"""What an expression of the plan is made of, and whether it picks single records out.

An identifier may be compared with an identifier, asked whether it is null, and counted. Compared with anything else — a
constant, a code, a column that is none — it picks single records out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from lake.plan.column import PlanError, Trait
from lake.plan.value import Value, union

Node = dict[str, Any]

_JOINING = frozenset({"concat", "concat_ws", "||", "row", "struct_pack"})
"""Functions that only set values side by side: what is made of identifiers so is an identifier still."""

_COPYING = frozenset({"VALUE_CONSTANT", "OPERATOR_CAST"})


def evaluate(node: Node, columns: Sequence[Value]) -> Value:
    """Tell what an expression over the columns of an operator's input is made of.

    Raises:
        PlanError: the expression is of a kind whose flow is not known.
    """
    kind = node["type"]
    if kind == "BOUND_REF":
        return _column(node, columns)
    rule = _compared if kind.startswith("COMPARE_") else _RULES.get(kind)
    if rule is None:
        raise PlanError(f"an expression of the kind {kind} cannot be resolved")
    value = rule(node, columns)
    return value if kind in _COPYING else value.as_computed()


def evaluate_all(part: Any, columns: Sequence[Value]) -> list[Value]:
    """Tell what each of the outermost expressions is made of that lie anywhere in a part of an operator."""
    return [evaluate(node, columns) for node in _expressions(part)]


def condition(node: Node, columns: Sequence[Value]) -> Value:
    """Tell what a condition is made of: one that is an identifier itself picks single records out."""
    return _tested(evaluate(node, columns))


def _expressions(part: Any) -> Iterator[Node]:
    if isinstance(part, list):
        for item in part:
            yield from _expressions(item)
    elif isinstance(part, dict):
        if "expression_class" in part:
            yield part
        else:
            for item in part.values():
                yield from _expressions(item)


def _tested(value: Value) -> Value:
    picks = value.trait is Trait.IDENTIFIER
    return (value.as_picked() if picks else value).of_trait(Trait.CATEGORY)


def _children(node: Node, columns: Sequence[Value]) -> list[Value]:
    return [evaluate(child, columns) for child in node.get("children", [])]


def _column(node: Node, columns: Sequence[Value]) -> Value:
    index = node.get("index", 0)
    if not 0 <= index < len(columns):
        raise PlanError("a reference of the plan points at no column")
    return replace(columns[index], is_plain=True)


def _constant(node: Node, columns: Sequence[Value]) -> Value:  # noqa: ARG001
    return Value(is_plain=bool(node["value"]["is_null"]))


def _compared(node: Node, columns: Sequence[Value]) -> Value:
    return compared(_children(node, columns))


def compared(values: Sequence[Value]) -> Value:
    """Tell what the comparison of values is made of."""
    whole = union(values)
    is_safe = all(value.trait is Trait.IDENTIFIER and value.is_plain for value in values)
    picks = whole.trait is Trait.IDENTIFIER and not is_safe
    return (whole.as_picked() if picks else whole).of_trait(Trait.CATEGORY)


def _null_test(node: Node, columns: Sequence[Value]) -> Value:
    values = _children(node, columns)
    return (union(values) if all(value.is_plain for value in values) else _tested(union(values))).of_trait(
        Trait.CATEGORY
    )


def _logic(node: Node, columns: Sequence[Value]) -> Value:
    return union(_tested(value) for value in _children(node, columns))


def _case(node: Node, columns: Sequence[Value]) -> Value:
    checks = node["case_checks"]
    branches = [evaluate(check["then_expr"], columns) for check in checks] + [evaluate(node["else_expr"], columns)]
    whole = union([*branches, *(condition(check["when_expr"], columns) for check in checks)])
    return replace(whole, is_plain=all(branch.is_plain for branch in branches))


def _coalesce(node: Node, columns: Sequence[Value]) -> Value:
    values = _children(node, columns)
    return replace(union(values), is_plain=all(value.is_plain for value in values))


def _cast(node: Node, columns: Sequence[Value]) -> Value:
    (value,) = _children(node, columns)
    return value


def _function(node: Node, columns: Sequence[Value]) -> Value:
    path = node["qname"]["path"]
    name = path[-1]
    if len(path) > 1 and path[0] != "system":
        raise PlanError(f"the function {'.'.join(path)} cannot be resolved")
    values = _children(node, columns)
    if node["return_type"]["id"] == "BOOLEAN":
        return _tested(union(values))
    joins = name in _JOINING and any(value.is_plain for value in values)
    return replace(union(values), is_plain=joins)


def _unnest(node: Node, columns: Sequence[Value]) -> Value:
    return evaluate(node["child"], columns)


_RULES: dict[str, Callable[[Node, Sequence[Value]], Value]] = {
    "VALUE_CONSTANT": _constant,
    "OPERATOR_IS_NULL": _null_test,
    "OPERATOR_IS_NOT_NULL": _null_test,
    "OPERATOR_NOT": _logic,
    "CONJUNCTION_AND": _logic,
    "CONJUNCTION_OR": _logic,
    "CASE_EXPR": _case,
    "OPERATOR_COALESCE": _coalesce,
    "OPERATOR_TRY": _coalesce,
    "OPERATOR_CAST": _cast,
    "BOUND_FUNCTION": _function,
    "BOUND_UNNEST": _unnest,
}
