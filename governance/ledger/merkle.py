"""Merkle trees of RFC 9162, section 2.1: heads, inclusion and consistency proofs, and their verification. Pure.

Indexes count from 0 and sizes are numbers of leaves, as in the RFC. Hashes are hexadecimal, lower case, at every
function; only `Frontier` works on bytes, because it hashes each leaf of a ledger. Where nodes are kept is known to
`governance.ledger.tree`.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

_HASH = re.compile(r"[0-9a-f]{64}")


class Node(NamedTuple):
    """A complete subtree.

    Attributes:
        level: It has 2 to the power of `level` leaves.
        end: Number of leaves up to its last one, which is also that leaf's sequence in the ledger.
    """

    level: int
    end: int


Lookup = Callable[[Sequence[Node]], Sequence[str]]
"""Gives the hashes of nodes, in their order."""


def parent(left: bytes, right: bytes) -> bytes:
    """Return the hash of two nodes together."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: its largest complete subtrees. Memory grows with the logarithm of its size."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Begin at a tree of `size` leaves whose complete subtrees have these hashes, the biggest first."""
        self.size = size
        self._peaks = list(peaks)

    def copy(self) -> "Frontier":
        """Return an edge of its own that stands where this one does."""
        return Frontier(self.size, self._peaks)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf; return the hashes of the complete subtrees of 2, 4, 8 … leaves that end in it."""
        completed: list[bytes] = []
        node, rest = leaf, self.size
        while rest & 1:
            node = parent(self._peaks.pop(), node)
            completed.append(node)
            rest >>= 1
        self._peaks.append(node)
        self.size += 1
        return completed

    def root(self) -> str:
        """Return the tree head."""
        return _fold(self._peaks).hex()


def root_hash(leaves: Iterable[str]) -> str:
    """Return the tree head over leaf hashes, in order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(bytes.fromhex(leaf))
    return frontier.root()


def peaks(size: int) -> list[Node]:
    """Return the complete subtrees that a tree of `size` leaves is made of, the biggest first."""
    return _pieces(0, size)


def nodes_of(leaves: Sequence[str]) -> Lookup:
    """Return a lookup that computes every node from leaf hashes held in memory."""

    def lookup(nodes: Sequence[Node]) -> list[str]:
        return [root_hash(leaves[node.end - (1 << node.level) : node.end]) for node in nodes]

    return lookup


def inclusion_proof(index: int, size: int, lookup: Lookup) -> list[str]:
    """Return the inclusion path of a leaf (RFC 9162, section 2.1.3.1).

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return _hashes(_path(index, 0, size), lookup)


def consistency_proof(old: int, new: int, lookup: Lookup) -> list[str]:
    """Return the consistency path from a tree to a later one (RFC 9162, section 2.1.4.1); empty for equal sizes.

    Raises:
        ValueError: there is no such pair of trees.
    """
    if not 0 < old <= new:
        raise ValueError(f"no tree of {new} leaves grows out of one of {old}")
    return _hashes(_subproof(old, 0, new, whole=True), lookup)


def verify_inclusion(leaf: str, index: int, size: int, path: Sequence[str], root: str) -> bool:
    """Tell whether a path shows that a tree holds a leaf (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes([leaf, root, *path]):
        return False
    fn, sn, node = index, size - 1, bytes.fromhex(leaf)
    for part in map(bytes.fromhex, path):
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            node = parent(part, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = parent(node, part)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and node.hex() == root


def verify_consistency(old: int, new: int, path: Sequence[str], old_root: str, new_root: str) -> bool:
    """Tell whether a path shows that one tree begins with another (RFC 9162, section 2.1.4.2)."""
    if not 0 < old <= new or not _are_hashes([old_root, new_root, *path]):
        return False
    if old == new:
        return not path and old_root == new_root
    parts = [*([old_root] if old & (old - 1) == 0 else []), *path]
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = bytes.fromhex(parts[0])
    for part in map(bytes.fromhex, parts[1:]):
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = parent(part, first), parent(part, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = parent(second, part)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and first.hex() == old_root and second.hex() == new_root


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Return the head over complete subtrees of falling size."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    head = hashes[-1]
    for peak in reversed(hashes[:-1]):
        head = parent(peak, head)
    return head


_Range = tuple[int, int]


def _hashes(ranges: list[_Range], lookup: Lookup) -> list[str]:
    """Return the hash of each range of leaves, asking once for all nodes that they are made of."""
    pieces = [_pieces(*each) for each in ranges]
    found = iter(lookup([node for group in pieces for node in group]))
    return [_fold([bytes.fromhex(next(found)) for _ in group]).hex() for group in pieces]


def _pieces(start: int, stop: int) -> list[Node]:
    nodes: list[Node] = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        start += 1 << level
        nodes.append(Node(level, start))
    return nodes


def _split(start: int, stop: int) -> int:
    """Return where the RFC divides a range of two leaves or more: after the largest power of two below its size."""
    return start + (1 << (stop - start - 1).bit_length() - 1)


def _path(index: int, start: int, stop: int) -> list[_Range]:
    if stop - start == 1:
        return []
    middle = _split(start, stop)
    if index < middle:
        return [*_path(index, start, middle), (middle, stop)]
    return [*_path(index, middle, stop), (start, middle)]


def _subproof(old: int, start: int, stop: int, *, whole: bool) -> list[_Range]:
    if old == stop:
        return [] if whole else [(start, stop)]
    middle = _split(start, stop)
    if old <= middle:
        return [*_subproof(old, start, middle, whole=whole), (middle, stop)]
    return [*_subproof(old, middle, stop, whole=False), (start, middle)]


def _are_hashes(texts: Iterable[str]) -> bool:
    return all(_HASH.fullmatch(text) for text in texts)
