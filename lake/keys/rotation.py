"""A new pseudonym key for all that is there: `HMAC(k2, HMAC(k1, id))`, so no identifier and no bronze is needed.

Each table of silver and gold with a column of pseudonyms is written anew in one commit, which carries the keyring as a
Delta transaction of the application `amar.pseudonym_key.<fingerprint>`. A rotation that was killed goes on with the
tables whose log does not have it; none is nested twice. Older versions of a table keep the pseudonyms of their time
until maintenance removes them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

from lake import slices, tables
from lake.contracts.model import load_sources
from lake.keys import register
from lake.keys.register import KeyringError, Registered
from lake.layout import Home, Layer
from lake.normalise import nested
from lake.pseudonym import SIZE, SUFFIX, Keyring

APPLICATION = "amar.pseudonym_key"
VERSION = "_key_version"
LAYERS: tuple[Layer, ...] = ("silver", "gold")


@dataclass(frozen=True)
class Rotation:
    """What a rotation did.

    Attributes:
        version: Number of the key that is in force now.
        tables: Tables that were written anew by this call, `layer/name`.
        resumed: Whether an earlier call had begun.
    """

    version: int
    tables: tuple[str, ...]
    resumed: bool


def rotate(home: Home, keyring: Keyring, *, record: Callable[[], object], watch: Callable[[str], object]) -> Rotation:
    """Bring the pseudonyms of a home under the newest key of a keyring; repeated until it ends, it does it once.

    Args:
        home: The installation; the caller holds its writer lock.
        keyring: The keys in force and one more, the new one.
        record: Enters the rotation in the ledger, once though it is called again; the key is in force after it.
        watch: Told each table that was written.

    Raises:
        KeyringError: the keyring is not the keys in force and one more.
    """
    known = register.registered(home)
    old = _old(keyring, known)
    if known.coming is None:
        register.write(home, Registered(known.in_force, keyring.fingerprints[-1]), reason="rotation begins")
    written = []
    for layer in LAYERS:
        for name in tables.versions(home, layer):
            table = tables.open_table(home, layer, name)
            if (columns := pseudonyms(table)) and table.transaction_version(_application(keyring)) is None:
                _rewrite(table, columns, keyring)
                written.append(f"{layer}/{name}")
                watch(written[-1])
    for source in load_sources():
        slices.rekey(home, source, old, keyring)
    record()
    register.write(home, Registered(keyring.fingerprints), reason="rotation ends")
    return Rotation(keyring.version, tuple(written), resumed=known.coming is not None)


def pseudonyms(table: DeltaTable) -> list[str]:
    """Return the columns of a table that hold pseudonyms."""
    schema = pa.schema(table.schema().to_arrow())
    return [field.name for field in schema if field.name.endswith(SUFFIX) and _is_binary(field.type)]


def _application(keyring: Keyring) -> str:
    return f"{APPLICATION}.{keyring.fingerprint}"


def _old(keyring: Keyring, known: Registered) -> Keyring:
    old = Keyring(keyring.keys[:-1], published=keyring.published)
    if not known.in_force:
        raise KeyringError("nothing was taken in yet: set the new key alone, there is nothing to rotate")
    if old.fingerprints != known.in_force:
        raise KeyringError(
            f"to rotate, set the {len(known.in_force)} keys in force, oldest first, and the new one after them; "
            f"set are {keyring.version}, of which {_fitting(keyring, known)} fit their place"
        )
    if known.coming not in (None, keyring.fingerprints[-1]):
        raise KeyringError("a rotation to another key has begun: set that key, finish it, then rotate again")
    if keyring.fingerprints[-1] in known.in_force:
        raise KeyringError("the new key is one of the keys in force")
    return old


def _fitting(keyring: Keyring, known: Registered) -> int:
    return sum(own == held for own, held in zip(keyring.fingerprints, known.in_force, strict=False))


def _rewrite(table: DeltaTable, columns: list[str], keyring: Keyring) -> None:
    """Write a table anew under the newest key, file by file, in one commit."""
    schema = pa.schema(table.schema().to_arrow())
    nest = [_nested(column, keyring) for column in columns]
    if VERSION in schema.names:
        nest.append(pl.when(pl.col(VERSION).is_not_null()).then(keyring.version).cast(pl.Int64).alias(VERSION))
    write_deltalake(
        table,
        pa.RecordBatchReader.from_batches(schema, _batches(table, schema, nest)),
        mode="overwrite",
        partition_by=table.metadata().partition_columns or None,
        writer_properties=tables.WRITER,
        commit_properties=CommitProperties(
            custom_metadata={"amar": f'{{"key_version": {keyring.version}}}'},
            app_transactions=[Transaction(_application(keyring), keyring.version)],
        ),
    )


def _nested(column: str, keyring: Keyring) -> pl.Expr:
    """Nest what is a pseudonym; the word for nothing, NA, is none."""
    held = pl.col(column)
    again = nested(held, keyring.subkey(keyring.version - 1, column))
    return pl.when(held.bin.size() == SIZE).then(again).otherwise(held).alias(column)


def _is_binary(kind: pa.DataType) -> bool:
    return any((pa.types.is_binary(kind), pa.types.is_large_binary(kind), pa.types.is_binary_view(kind)))


def _batches(table: DeltaTable, schema: pa.Schema, nest: list[pl.Expr]) -> Iterator[pa.RecordBatch]:
    for frame in pl.scan_delta(table).with_columns(nest).select(schema.names).collect_batches(maintain_order=True):
        rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
        yield from rows.to_batches()
