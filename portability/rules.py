"""What engines do not agree on, as rules over a model's SQL: each finds its places and says what to write instead.

From what was measured on DuckDB and Spark (docs/adr/0011-second-engine.md). The worst are those that both engines take
and answer differently; the rest fails on the other engine at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import Token, TokenType, exp

from portability.lateral import lateral_aliases
from portability.nulls_order import keys_without_nulls

Schema = dict[str, frozenset[str]]
"""Table → its columns, as YAML describes them."""


@dataclass(frozen=True)
class Model:
    """A model's SQL, read.

    Attributes:
        tree: The statement.
        tokens: Its words.
        schema: Columns of the tables that it may read.
    """

    tree: exp.Expr
    tokens: list[Token]
    schema: Schema


@dataclass(frozen=True)
class Rule:
    """A construct that may not be in a model.

    Attributes:
        name: Its name in messages.
        instead: What to write instead.
        places: Finds it: positions in the text.
    """

    name: str
    instead: str
    places: Callable[[Model], Iterator[int]]


def _calls(*names: str) -> Callable[[Model], Iterator[int]]:
    """Find calls of functions by these names."""

    def find(model: Model) -> Iterator[int]:
        for token, following in zip(model.tokens, model.tokens[1:], strict=False):
            if token.text.lower() in names and following.token_type == TokenType.L_PAREN:
                yield token.start

    return find


def _words(first: TokenType, second: TokenType | None = None) -> Callable[[Model], Iterator[int]]:
    """Find a word, or two that follow each other."""

    def find(model: Model) -> Iterator[int]:
        for token, following in zip(model.tokens, [*model.tokens[1:], None], strict=True):
            if token.token_type == first and (second is None or (following and following.token_type == second)):
                yield token.start

    return find


def _nodes(
    *kinds: type[exp.Expr], where: Callable[[exp.Expr], bool] = lambda _: True
) -> Callable[[Model], Iterator[int]]:
    """Find parts of the statement by kind."""

    def find(model: Model) -> Iterator[int]:
        yield from (position(node) for node in model.tree.find_all(*kinds) if where(node))

    return find


def position(node: exp.Expr) -> int:
    """Give where a part begins: its first word that knows, or that of what it stands in."""
    known = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    if known:
        return int(min(known))
    return position(node.parent) if node.parent else 0


def _has_double(node: exp.Expr) -> bool:
    casts = (cast.to.this for cast in node.find_all(exp.Cast))
    return any(kind in (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT) for kind in casts)


def _casts_to_varchar(model: Model) -> Iterator[int]:
    for before, token, after in zip(model.tokens, model.tokens[1:], model.tokens[2:], strict=False):
        if (before.token_type, after.token_type) == (TokenType.ALIAS, TokenType.R_PAREN):
            yield from [token.start] if token.text.lower() in ("varchar", "text") else []


def _integer_division(model: Model) -> Iterator[int]:
    yield from (token.start for token in model.tokens if token.text == "//")


def _implicit_nulls(model: Model) -> Iterator[int]:
    yield from keys_without_nulls(model.tokens)


def _laterals(model: Model) -> Iterator[int]:
    yield from (position(column) for column in lateral_aliases(model.tree, model.schema))


RULES = (
    Rule("integer division", "floor(cast(a as double) / b), cast to bigint", _integer_division),
    Rule(
        "list or struct literal", "rows of a common table expression", _nodes(exp.Array, exp.Struct, exp.ToMap, exp.Map)
    ),
    Rule("arg_max", "max_by or min_by", _calls("arg_max", "arg_min", "argmax", "argmin")),
    Rule(
        "quantile_cont",
        "percentile_cont(…) within group (order by …)",
        _calls("quantile", "quantile_cont", "quantile_disc"),
    ),
    Rule("strftime", "date_trunc, or a column of vocabulary.period", _calls("strftime", "strptime")),
    Rule("unnest", "a join with rows", _calls("unnest")),
    Rule("qualify", "row_number() in a common table expression, and where on it", _nodes(exp.Qualify)),
    Rule("group by all", "the columns by name", _words(TokenType.GROUP_BY, TokenType.ALL)),
    Rule("order by all", "the columns by name", _words(TokenType.ORDER_BY, TokenType.ALL)),
    Rule(
        "exclude or replace",
        "the columns by name",
        _nodes(exp.Star, where=lambda node: bool(node.args.get("except_") or node.args.get("replace"))),
    ),
    Rule("lateral alias", "the expression again, or a common table expression before", _laterals),
    Rule("implicit order of nulls", "nulls first or nulls last after each key", _implicit_nulls),
    Rule("concat", "a || b, each coalesced where it may be null", _calls("concat")),
    Rule(
        "regexp_replace",
        "replace, or a macro of portable.sql: one engine replaces the first, one all",
        _calls("regexp_replace"),
    ),
    Rule("regexp_extract", "a macro of portable.sql: the group left out differs", _calls("regexp_extract")),
    Rule(
        "division of decimals",
        "cast(a as double) / b",
        _nodes(exp.Div, where=lambda node: not _has_double(node)),
    ),
    Rule(
        "avg of decimals",
        "avg(cast(a as double))",
        _nodes(exp.Avg, where=lambda node: not _has_double(node)),
    ),
    Rule("hash()", "the values themselves, or sha256 in a macro", _calls("hash")),
    Rule("value by chance", "min, max, min_by or max_by", _calls("any_value", "arbitrary", "first", "last", "mode")),
    Rule("clock or chance", "a column, or a variable of the run", _calls("now", "random", "uuid", "gen_random_uuid")),
    Rule(
        "date arithmetic",
        "days_between, days_after or seconds_between of portable.sql",
        _calls("date_diff", "datediff", "date_add", "dateadd", "date_sub", "datesub"),
    ),
    Rule("double-colon cast", "cast(a as type)", _words(TokenType.DCOLON)),
    Rule("varchar without a length", "{{ null_text() }}, or no cast", _casts_to_varchar),
    Rule("columns()", "the columns by name", _calls("columns")),
    Rule("pivot", "case or filter, a column each", _nodes(exp.Pivot)),
    Rule(
        "union by name",
        "union all with the columns in one order",
        _nodes(exp.SetOperation, where=lambda node: bool(node.args.get("by_name"))),
    ),
    Rule(
        "distinct on",
        "row_number() in a common table expression, and where on it",
        _nodes(exp.Distinct, where=lambda node: bool(node.args.get("on"))),
    ),
)
