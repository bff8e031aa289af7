"""What the ledger's routes answer with."""

from pydantic import BaseModel, Field


class Envelope(BaseModel):
    """What an event says in public: its office, never the person; the payload only as a salted commitment."""

    sequence: int
    instant: str
    office: str
    kind: str
    subject: str
    clause: str
    commitment: str


class LedgerEntry(BaseModel):
    """One leaf of the ledger."""

    sequence: int = Field(description="Place in the ledger, from 1; the leaf's index in the tree is one less.")
    leaf_hash: str = Field(description="SHA-256 over 0x00 and the envelope's RFC 8785 bytes, hexadecimal.")
    envelope: Envelope | None = Field(description="Of acts on published releases; null for every other event.")


class LedgerEntries(BaseModel):
    """Leaves in order."""

    tree_size: int = Field(description="Events in the ledger.")
    entries: list[LedgerEntry]
    next: str | None = Field(description="Path of what follows.")


class LedgerActs(BaseModel):
    """Acts on published releases."""

    acts: list[Envelope]
    clauses: dict[str, str] = Field(description="What the clauses that are cited say, in short.")
    next: str | None = Field(description="Path of what follows.")


class LedgerCheckpoint(BaseModel):
    """A kept checkpoint."""

    tree_size: int
    root_hash: str = Field(description="RFC 9162 tree head, hexadecimal.")
    note: str = Field(description="The signed note, witnesses' lines included.")
    witnesses: list[str] = Field(description="Public keys of the witnesses that cosigned it.")


class LedgerCheckpoints(BaseModel):
    """Kept checkpoints by size."""

    checkpoints: list[LedgerCheckpoint]
    next: str | None = Field(description="Path of what follows.")


class Inclusion(BaseModel):
    """That an event is in the ledger (RFC 9162, section 2.1.3)."""

    sequence: int
    tree_size: int
    leaf_hash: str
    root_hash: str
    hashes: list[str] = Field(description="The inclusion path, from the leaf upwards, hexadecimal.")


class Consistency(BaseModel):
    """That a larger ledger begins with a smaller one (RFC 9162, section 2.1.4)."""

    old_size: int
    new_size: int
    old_root: str
    new_root: str
    hashes: list[str] = Field(description="The consistency path, hexadecimal; empty for equal sizes.")


class LedgerKey(BaseModel):
    """The public key by which checkpoints are verified."""

    origin: str = Field(description="Name of the ledger, the first line of its checkpoints.")
    algorithm: str
    vkey: str = Field(description="The key as signed notes spell it. Compare it with one that came another way.")
