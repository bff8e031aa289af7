"""Proofs out of the ledger's kept tree: that an event is in it, that a later tree begins with an earlier one."""

from dataclasses import dataclass

from sqlalchemy import Connection

from governance.errors import GovernanceError
from governance.ledger import tree
from governance.ledger.merkle import Node, consistency_proof, inclusion_proof


class NoProofError(GovernanceError):
    """Asked for a proof about an event or a size that the ledger has not."""


@dataclass(frozen=True)
class InclusionProof:
    """That an event is in the ledger.

    Attributes:
        sequence: The event; its index in the tree is one less.
        tree_size: Number of events of the tree.
        leaf_hash: Leaf hash of the event, hexadecimal.
        root_hash: Tree head, hexadecimal.
        hashes: The inclusion path of RFC 9162, hexadecimal.
    """

    sequence: int
    tree_size: int
    leaf_hash: str
    root_hash: str
    hashes: tuple[str, ...]


@dataclass(frozen=True)
class ConsistencyProof:
    """That the ledger at one size begins with the ledger at a smaller one.

    Attributes:
        old_size: Number of events of the smaller tree.
        new_size: Number of events of the larger one.
        old_root: Head of the smaller tree, hexadecimal.
        new_root: Head of the larger tree, hexadecimal.
        hashes: The consistency path of RFC 9162, hexadecimal; empty for equal sizes.
    """

    old_size: int
    new_size: int
    old_root: str
    new_root: str
    hashes: tuple[str, ...]


def inclusion(connection: Connection, sequence: int, size: int) -> InclusionProof:
    """Prove that event `sequence` is among the first `size` events.

    Raises:
        NoProofError: it is not.
        DamagedTreeError: a node of the tree is missing.
    """
    if not 0 < sequence <= size:
        raise NoProofError(f"the ledger at size {size} has no event {sequence}")
    lookup = tree.lookup(connection)
    path = inclusion_proof(sequence - 1, size, lookup)
    root = tree.frontier(connection, size).root()
    return InclusionProof(sequence, size, lookup([Node(0, sequence)])[0], root, tuple(path))


def consistency(connection: Connection, old: int, new: int) -> ConsistencyProof:
    """Prove that the first `new` events begin with the first `old`.

    Raises:
        NoProofError: the sizes are not in order.
        DamagedTreeError: a node of the tree is missing.
    """
    if not 0 < old <= new:
        raise NoProofError(f"no ledger of size {new} grows out of one of size {old}")
    path = consistency_proof(old, new, tree.lookup(connection))
    heads = [tree.frontier(connection, size).root() for size in (old, new)]
    return ConsistencyProof(old, new, heads[0], heads[1], tuple(path))
