"""The ledger's Merkle tree as the database keeps it: a row for each event that completes subtrees.

So appending writes and proving reads a number of rows that grows with the logarithm of the ledger.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, bindparam, insert, select

from governance.database.schema import LEDGER_EVENT, LEDGER_SUBTREE
from governance.errors import GovernanceError
from governance.ledger.merkle import Frontier, Lookup, Node, peaks

_HASH_BYTES = 32
_INSERT = insert(LEDGER_SUBTREE)
_ENDS = bindparam("ends", type_=BigInteger, expanding=True)
_LEAVES = select(LEDGER_EVENT.c.sequence, LEDGER_EVENT.c.leaf_hash).where(LEDGER_EVENT.c.sequence.in_(_ENDS))
_SUBTREES = select(*LEDGER_SUBTREE.columns).where(LEDGER_SUBTREE.c.sequence.in_(_ENDS))


class DamagedTreeError(GovernanceError):
    """A node of the ledger's tree is missing or cut short."""


def lookup(connection: Connection) -> Lookup:
    """Return a lookup of nodes in the database: two queries, however many nodes."""

    def find(nodes: Sequence[Node]) -> list[str]:
        leaves = _leaves(connection, [node.end for node in nodes if not node.level])
        subtrees = _subtrees(connection, [node.end for node in nodes if node.level])
        return [leaves.get(node.end, "") if not node.level else _hash(subtrees, node).hex() for node in nodes]

    return find


def frontier(connection: Connection, size: int) -> Frontier:
    """Return the right edge of the tree over the first `size` events.

    Raises:
        DamagedTreeError: a node is missing.
    """
    return Frontier(size, [bytes.fromhex(found) for found in lookup(connection)(peaks(size))])


def append(connection: Connection, edge: Frontier, leaf: str) -> None:
    """Add a leaf to the edge, and to the database the subtrees that it completes."""
    if completed := edge.append(bytes.fromhex(leaf)):
        connection.execute(_INSERT, {"sequence": edge.size, "hashes": b"".join(completed)})


def _leaves(connection: Connection, ends: list[int]) -> dict[int, str]:
    if not ends:
        return {}
    found = {row.sequence: row.leaf_hash for row in connection.execute(_LEAVES, {"ends": ends})}
    if missing := sorted(set(ends) - set(found)):
        raise DamagedTreeError(f"event {missing[0]} of the ledger is missing: amar audit verify")
    return found


def _subtrees(connection: Connection, ends: list[int]) -> dict[int, bytes]:
    if not ends:
        return {}
    return {row.sequence: bytes(row.hashes) for row in connection.execute(_SUBTREES, {"ends": ends})}


def _hash(subtrees: dict[int, bytes], node: Node) -> bytes:
    found = subtrees.get(node.end, b"")[_HASH_BYTES * (node.level - 1) : _HASH_BYTES * node.level]
    if len(found) != _HASH_BYTES:
        raise DamagedTreeError(f"the ledger's tree has no whole node at event {node.end}: amar audit verify")
    return found
