"""The lattice of access classes, and what may be released."""

from itertools import product

import pytest

from governance.access.labels import (
    AccessClass,
    Granularity,
    Label,
    covers,
    join,
    labels_of_columns,
    parse_label,
)
from governance.clauses import Basis, RefusedError

PUBLIC, PRIVATE, CAPITAL = AccessClass.PUBLIC, AccessClass.PRIVATE, AccessClass.CAPITAL
BOTH = PRIVATE | CAPITAL
LABELS = [Label(access, granularity) for access in (PUBLIC, PRIVATE, CAPITAL, BOTH) for granularity in Granularity]


@pytest.mark.parametrize(("left", "right"), list(product(LABELS, LABELS)))
def test_join_is_the_least_upper_bound(left, right):
    joined = join([left, right])
    assert covers(joined, left)
    assert covers(joined, right)
    assert join([right, left]) == joined
    assert join([left, left]) == left
    assert all(covers(other, joined) for other in LABELS if covers(other, left) and covers(other, right))


def test_private_and_capital_do_not_compare_and_public_is_lowest():
    private, capital = Label(PRIVATE, Granularity.AGGREGATE), Label(CAPITAL, Granularity.AGGREGATE)
    assert not covers(private, capital)
    assert not covers(capital, private)
    assert join([private, capital]).access_class == BOTH
    assert all(covers(label, Label(PUBLIC, Granularity.PROTECTED)) for label in LABELS)


def test_a_value_without_origin_has_no_label():
    with pytest.raises(RefusedError) as refused:
        join([])
    assert refused.value.clause == "HOUSE-6"


@pytest.mark.parametrize(
    ("words", "label"),
    [
        (("public", "aggregate"), Label(PUBLIC, Granularity.AGGREGATE)),
        (("PRIVATE", "record"), Label(PRIVATE, Granularity.RECORD)),
        (("private|capital", "protected"), Label(BOTH, Granularity.PROTECTED)),
    ],
)
def test_labels_are_read_from_metadata(words, label):
    assert parse_label(*words, subject="column x") == label
    meta = {"access_class": words[0], "granularity": words[1], "unit": "person"}
    assert labels_of_columns({"x": meta}) == {"x": label}


@pytest.mark.parametrize("meta", [{}, {"access_class": "public"}, {"granularity": "record"}, {"access_class": 1}])
def test_a_column_without_both_words_is_refused(meta):
    with pytest.raises(RefusedError, match="column x"):
        labels_of_columns({"x": meta})


def test_an_unknown_word_is_refused():
    with pytest.raises(RefusedError):
        parse_label("secret", "record", subject="column x")
    with pytest.raises(RefusedError):
        parse_label("public", "person", subject="column x")


def test_a_refusal_cites_only_known_clauses():
    with pytest.raises(KeyError):
        RefusedError("no", clause="STAT-Z9", basis=Basis.TEXT)
    refusal = RefusedError("no", clause="STAT-C", basis=Basis.TEXT, guided_by=("OPEN-3",))
    assert str(refusal) == "no (STAT-C, text)"
