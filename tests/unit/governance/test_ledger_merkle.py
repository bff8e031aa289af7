"""Heads and proofs of RFC 9162: the vectors that everybody uses, and a naive reading of the RFC for other trees."""

import hashlib
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.ledger.envelope import leaf_hash
from governance.ledger.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    nodes_of,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

VECTORS = yaml.safe_load(Path(__file__).with_name("merkle_vectors.yaml").read_text(encoding="utf-8"))
KNOWN = [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]
LEAVES = [leaf_hash(str(number).encode()) for number in range(70)]
SIZES = [*range(20), 31, 32, 33, 64, 65]


def naive_root(leaves):
    """RFC 9162, section 2.1.1, as it is written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return bytes.fromhex(leaves[0])
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(index, leaves):
    """RFC 9162, section 2.1.3.1, as it is written."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:]).hex()]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k]).hex()]


def naive_subproof(m, leaves, whole):
    """RFC 9162, section 2.1.4.1, as it is written."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves).hex()]
    k = split(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:]).hex()]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k]).hex()]


def split(size):
    """The largest power of two below a size."""
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def test_the_known_heads():
    assert root_hash([]) == VECTORS["empty"]
    assert [root_hash(KNOWN[:size]) for size in range(1, 9)] == VECTORS["roots"]


@pytest.mark.parametrize("known", VECTORS["inclusion"])
def test_the_known_inclusion_paths(known):
    index, size, path = known["index"], known["size"], known["path"]
    assert inclusion_proof(index, size, nodes_of(KNOWN)) == path
    assert verify_inclusion(KNOWN[index], index, size, path, VECTORS["roots"][size - 1])


@pytest.mark.parametrize("known", VECTORS["consistency"])
def test_the_known_consistency_paths(known):
    old, new, path = known["old"], known["new"], known["path"]
    assert consistency_proof(old, new, nodes_of(KNOWN)) == path
    assert verify_consistency(old, new, path, VECTORS["roots"][old - 1], VECTORS["roots"][new - 1])


@pytest.mark.parametrize("size", SIZES)
def test_a_growing_tree_is_that_of_the_rfc(size):
    tree = Frontier()
    for number, leaf in enumerate(LEAVES[:size], start=1):
        completed = tree.append(bytes.fromhex(leaf))
        whole = [2**level for level in range(1, 8) if number % 2**level == 0]
        assert completed == [naive_root(LEAVES[number - width : number]) for width in whole]
    assert tree.root() == root_hash(LEAVES[:size]) == naive_root(LEAVES[:size]).hex()


@pytest.mark.parametrize("size", range(1, 18))
def test_every_proof_of_small_trees(size):
    leaves, root = LEAVES[:size], naive_root(LEAVES[:size]).hex()
    for number in range(size):
        path = inclusion_proof(number, size, nodes_of(leaves))
        assert path == naive_path(number, leaves)
        assert verify_inclusion(leaves[number], number, size, path, root)
        old_root, path = root_hash(leaves[: number + 1]), consistency_proof(number + 1, size, nodes_of(leaves))
        assert path == naive_subproof(number + 1, leaves, True)
        assert verify_consistency(number + 1, size, path, old_root, root)


@given(data=st.data())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_changed_proof_is_taken(data):
    """Another leaf, place, size, head or path, or a path cut, grown or reordered, is refused."""
    size = data.draw(st.integers(2, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    root = root_hash(LEAVES[:size])
    path = inclusion_proof(index, size, nodes_of(LEAVES))
    steps = consistency_proof(old, size, nodes_of(LEAVES))
    for changed in changed_lists(path, data):
        assert not verify_inclusion(LEAVES[index], index, size, changed, root)
    for changed in changed_lists(steps, data):
        assert not verify_consistency(old, size, changed, root_hash(LEAVES[:old]), root)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    assert not verify_inclusion(LEAVES[other], index, size, path, root)
    assert not verify_inclusion(LEAVES[index], other, size, path, root)
    assert not verify_inclusion(LEAVES[index], index, size, path, LEAVES[0])
    assert not verify_consistency(old, size, steps, LEAVES[-1], root)
    assert not verify_consistency(old, size, steps, root_hash(LEAVES[:old]), LEAVES[-1])


def changed_lists(path, data):
    """A path with one hash flipped, cut, doubled or moved."""
    place = data.draw(st.integers(0, len(path) - 1))
    flipped = f"{int(path[place], 16) ^ (1 << data.draw(st.integers(0, 255))):064x}"
    changed = [
        [*path[:place], flipped, *path[place + 1 :]],
        [*path[:place], *path[place + 1 :]],
        [*path[:place], path[place], *path[place:]],
        [*path, LEAVES[0]],
        [*path[:place], path[place].upper() + " ", *path[place + 1 :]],
    ]
    turned = path[::-1]
    return [*changed, turned] if turned != path else changed


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_outside(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, nodes_of(LEAVES))
    assert not verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (0, 0)])
def test_there_is_no_consistency_of_trees_out_of_order(old, new):
    with pytest.raises(ValueError, match="grows"):
        consistency_proof(old, new, nodes_of(LEAVES))
    assert not verify_consistency(old, new, [], LEAVES[0], LEAVES[0])
