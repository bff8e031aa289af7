"""Which slices of silver are behind their bronze files: what a run has to do, and no more."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pyarrow as pa

from lake import bronze, silver, tables
from lake.contracts.model import Source
from lake.corrections import model
from lake.layout import Home
from lake.pseudonym import Keyring
from lake.retention import register

TABLE = "slice"
SCHEMA = pa.schema([("source", pa.string()), ("period", pa.string()), ("signature", pa.string())])


def stale(home: Home, source: Source, keyring: Keyring) -> list[str | None]:
    """Return the slices whose files, contract, rules or key differ from what silver was built from, in order."""
    before = built(home, source.id)
    wanted = wanted_signatures(home, source, keyring)
    return sorted(
        (period for period in wanted if before.get(period) != wanted[period]), key=lambda period: period or ""
    )


def wanted_signatures(
    home: Home, source: Source, keyring: Keyring, *, but_for: str | None = None
) -> dict[str | None, str]:
    """Return the signature that each slice of a source should have now.

    A slice whose bronze has expired has none: it stays as it was built, whatever changes.

    Args:
        home: The installation.
        source: Whose slices.
        keyring: For the pseudonyms.
        but_for: An erasure that is taken for not done.
    """
    hashes: defaultdict[str | None, list[str]] = defaultdict(list)
    gone = register.expired_months(home, source.id)
    for file in bronze.registered(home, source.id):
        if file.period not in gone:
            hashes[file.period].append(file.file_sha256)
    corrections = model.digest(home, source)
    lost = register.digests(home, source.id, but_for=but_for)
    return {
        period: silver.signature(source, keyring, files, corrections, erased=lost.get(period, ""))
        for period, files in hashes.items()
    }


def forget(home: Home, source: Source, periods: Iterable[str | None]) -> None:
    """Drop what is noted of slices before they are written again: one that is left half written must not seem built."""
    before, gone = built(home, source.id), set(periods)
    if gone.intersection(before):
        _write(home, source, {period: signature for period, signature in before.items() if period not in gone})


def record(home: Home, source: Source, signatures: Mapping[str | None, str], periods: Iterable[str | None]) -> None:
    """Note that slices were built, after the fact; a slice that was not noted is built again."""
    _write(home, source, built(home, source.id) | {period: signatures[period] for period in periods})


def rekey(home: Home, source: Source, old: Keyring, new: Keyring) -> None:
    """Note slices that were built under one keyring as built under another, after their pseudonyms were nested."""
    noted = built(home, source.id)
    before, after = wanted_signatures(home, source, old), wanted_signatures(home, source, new)
    moved = {period: after[period] for period, held in noted.items() if period in before and held == before[period]}
    if moved:
        _write(home, source, noted | moved)


def _write(home: Home, source: Source, signatures: Mapping[str | None, str]) -> None:
    rows = [
        {"source": source.id, "period": period, "signature": signature}
        for period, signature in sorted(signatures.items(), key=lambda item: item[0] or "")
    ]
    tables.replace(home, "silver", TABLE, pa.Table.from_pylist(rows, schema=SCHEMA), partition={"source": source.id})


def built(home: Home, source: str) -> dict[str | None, str]:
    """Return the signatures that the slices of a source were built with."""
    if not tables.exists(home, "silver", TABLE):
        return {}
    rows = tables.read(home, "silver", TABLE, where={"source": source}).to_pylist()
    return {row["period"]: row["signature"] for row in rows}
