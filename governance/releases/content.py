"""The content hash of a release: what it says, not how or when it is stored. Pure.

SHA-256 over the canonical structure and the canonical rows: columns by name, rows by key, nulls marked apart from
empty text. No ingest id, time, path or table version enters it, nor anything that depends on earlier versions.
"""

import hashlib
from collections.abc import Mapping, Sequence

import polars as pl
import pyarrow as pa

from governance.ledger.envelope import canonical_bytes
from governance.releases.rules import PublicationError

_CELL, _ROW, _NULL, _PRESENT = "\x1f", "\x1e", "-", "="


def content_hash(document: Mapping[str, object], data: pa.Table, *, key: Sequence[str]) -> str:
    """Return `sha256:` and 64 hexadecimal digits over structure and data.

    Args:
        document: Structure of the dataset, JSON.
        data: The rows; text, dates, integers and decimals.
        key: Columns that tell rows apart.

    Raises:
        PublicationError: two rows share a key, or a text holds a control character that separates cells.
    """
    names = sorted(data.column_names)
    texts = pl.DataFrame(data.select(names)).select(pl.col(name).cast(pl.String) for name in names)
    if texts.select(pl.struct(list(key)).n_unique()).item() != texts.height:
        raise PublicationError("two rows share a key")
    if texts.select(pl.any_horizontal(pl.col(names).str.contains(r"[\x1e\x1f]").any())).item():
        raise PublicationError("a text holds a control character")
    cells = [pl.when(pl.col(name).is_null()).then(pl.lit(_NULL)).otherwise(_PRESENT + pl.col(name)) for name in names]
    rows = texts.sort(list(key)).select(pl.concat_str(cells, separator=_CELL)).to_series()
    digest = hashlib.sha256(canonical_bytes({"structure": document, "columns": names, "rows": texts.height}))
    for row in rows:
        digest.update((_ROW + row).encode())
    return "sha256:" + digest.hexdigest()
