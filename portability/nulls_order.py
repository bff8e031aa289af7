"""Where the place of nulls in an order is left to the engine: DuckDB puts them last, Spark first when ascending."""

from collections.abc import Iterator, Sequence

from sqlglot import Token, TokenType

_NEVER_NULL = frozenset({"case", "coalesce", "count", "row_number", "rank", "dense_rank", "grouping"})
"""Words that open a key which is no null: the branches of a `case` are the author's, and it has an `else`."""
_AFTER = frozenset({TokenType.LIMIT, TokenType.OFFSET, TokenType.ROWS, TokenType.RANGE, TokenType.UNION})


def keys_without_nulls(tokens: Sequence[Token]) -> Iterator[int]:
    """Give where each key of an `order by` begins that does not say where nulls go, unless it cannot be null."""
    for place, token in enumerate(tokens):
        if token.token_type == TokenType.ORDER_BY:
            for key in _keys(tokens[place + 1 :]):
                words = [part.text.lower() for part in key]
                if "nulls" not in words and not _is_never_null(words):
                    yield key[0].start


def _is_never_null(words: Sequence[str]) -> bool:
    return words[0] in _NEVER_NULL and (words[0] != "case" or "else" in words)


def _keys(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Give the keys of the `order by` that `tokens` follow."""
    depth, begin = 0, 0
    for place, token in enumerate(tokens):
        ends = depth == 0 and (token.token_type == TokenType.R_PAREN or token.token_type in _AFTER)
        if ends or (depth == 0 and token.token_type == TokenType.COMMA):
            yield tokens[begin:place]
            begin = place + 1
        if ends:
            return
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
    yield tokens[begin:]
