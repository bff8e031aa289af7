"""The lattice of labels and its transfer functions: laws over all labels, and what the gate lets out."""

from itertools import combinations, product

import pytest

from governance.access.flow import (
    LOWEST,
    PUBLISHED,
    aggregated,
    check_declared,
    flowing,
    may_pass_gate,
    spelled,
    through_gate,
)
from governance.access.labels import AccessClass, Granularity, Label, covers, join
from governance.clauses import RefusedError

PUBLIC, PRIVATE, CAPITAL = AccessClass.PUBLIC, AccessClass.PRIVATE, AccessClass.CAPITAL
BOTH = PRIVATE | CAPITAL
LABELS = [Label(access, granularity) for access in (PUBLIC, PRIVATE, CAPITAL, BOTH) for granularity in Granularity]
PAIRS = list(product(LABELS, LABELS))
SETS = [list(some) for size in (0, 1, 2) for some in combinations(LABELS, size)]


def carried(label):
    return flowing([label], [])


def counted(label):
    return flowing([], [label])


def gated(label):
    """The gate as a function on all labels: what it refuses stays as restricted as can be."""
    return through_gate(label, subject="x") if may_pass_gate(label) else Label(BOTH, Granularity.RECORD)


def test_join_is_associative_commutative_and_idempotent():
    for left, right in PAIRS:
        assert join([left, right]) == join([right, left])
        assert join([left, left]) == left
        assert join([LOWEST, left]) == left
        for third in LABELS:
            assert join([join([left, right]), third]) == join([left, join([right, third])])


@pytest.mark.parametrize("transfer", [carried, counted, aggregated, gated])
def test_a_transfer_function_is_monotone(transfer):
    for lower, upper in PAIRS:
        if covers(upper, lower):
            assert covers(transfer(upper), transfer(lower))


@pytest.mark.parametrize("transfer", [carried, counted, aggregated])
def test_a_transfer_function_keeps_joins_and_does_nothing_twice(transfer):
    for left, right in PAIRS:
        assert transfer(join([left, right])) == join([transfer(left), transfer(right)])
        assert transfer(transfer(left)) == transfer(left)


def test_what_flows_in_grows_with_what_flows_in():
    for some, more in product(SETS, SETS):
        assert covers(flowing(some + more, []), flowing(some, more))
        assert covers(flowing(some, more), flowing(some, []))


def test_no_transfer_but_the_gate_lowers_a_class():
    for label in LABELS:
        assert carried(label) == label
        assert aggregated(label).access_class == label.access_class
        assert aggregated(label).granularity == min(label.granularity, Granularity.AGGREGATE)


def test_a_column_may_be_declared_as_what_flows_in_or_stronger():
    for declared, inflow in PAIRS:
        if covers(declared, inflow):
            check_declared(declared, inflow, subject="m.x")
        else:
            with pytest.raises(RefusedError, match=r"m\.x is declared"):
                check_declared(declared, inflow, subject="m.x")


@pytest.mark.parametrize(
    ("declared", "inflow", "clause", "guides", "words"),
    [
        (Label(PUBLIC, Granularity.RECORD), Label(PRIVATE, Granularity.AGGREGATE), "HOUSE-6", ("OPEN-1",), "private"),
        (
            Label(PRIVATE, Granularity.RECORD),
            Label(BOTH, Granularity.RECORD),
            "HOUSE-6",
            ("OPEN-3",),
            "capital columns",
        ),
        (
            Label(PRIVATE, Granularity.AGGREGATE),
            Label(PRIVATE, Granularity.RECORD),
            "STAT-N1",
            (),
            "private × record",
        ),
        (
            Label(PUBLIC, Granularity.PROTECTED),
            Label(PUBLIC, Granularity.AGGREGATE),
            "HOUSE-6",
            (),
            "aggregates flow into it",
        ),
    ],
)
def test_a_weaker_declaration_cites_its_clause(declared, inflow, clause, guides, words):
    with pytest.raises(RefusedError, match=words) as refused:
        check_declared(declared, inflow, subject="m.x")
    assert (refused.value.clause, refused.value.guided_by) == (clause, guides)


GATE = {
    label: "STAT-C" if CAPITAL in label.access_class else "STAT-N1" if label.granularity is Granularity.RECORD else None
    for label in LABELS
}


@pytest.mark.parametrize("label", LABELS, ids=spelled)
def test_what_the_gate_lets_out(label):
    assert may_pass_gate(label) == (GATE[label] is None)
    if GATE[label] is None:
        assert through_gate(label, subject="mart.value") == PUBLISHED
        return
    with pytest.raises(RefusedError, match=r"mart\.value") as refused:
        through_gate(label, subject="mart.value")
    assert refused.value.clause == GATE[label]


def test_untagged_does_not_pass_the_gate():
    assert not may_pass_gate(None)
    with pytest.raises(RefusedError) as refused:
        through_gate(None, subject="mart.value")
    assert refused.value.clause == "HOUSE-6"
