"""A file read and judged under a contract, with nothing kept: for whoever writes a contract.

What belongs here: counting what would become of its records. What does not: reading them (`orchestration.sources`),
judging them (`lake.chunk`), and rules across rows and files, which need the lake.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from lake.chunk import Judge
from lake.contracts.model import Source
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.sources.landing import LandingFile
from orchestration.sources.read import ReceivedFile, open_file


@dataclass
class Trial:
    """What would become of a file's records.

    Attributes:
        object: Object of the contract that the file's name claims.
        encoding: Encoding or format.
        new_columns: Headers that the contract does not know.
        records: Physical records.
        silver_rows: Rows that silver would get.
        states: Records that silver would not get, by state and rule.
        findings: Rows that break a rule, by rule, column and severity; a row counts for each rule that it breaks.
    """

    object: str
    encoding: str
    new_columns: tuple[str, ...]
    records: int = 0
    silver_rows: int = 0
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def try_file(source: Source, path: Path) -> Trial:
    """Read and judge one file; repeats of a key and rules over whole lists are not looked at.

    Raises:
        orchestration.sources.landing.FileRejectedError: the file would be turned away as a whole.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    received = open_file(source, LandingFile(source.id, path, path.stat().st_size, sha256, path.name))
    claim = received.claim
    month = claim.period.code if claim.period and source.partitioned else None
    judge = Judge(claim.entity, month, DEVELOPMENT_KEYRING, {sha256: 0})
    trial = Trial(claim.entity.name, received.encoding, received.new_columns)
    for batch in received.batches:
        rows = _as_bronze(pl.DataFrame(batch), received)
        judged = judge(rows, partial(_at, rows))
        trial.records += len(batch)
        trial.silver_rows += len(judged.rows)
        trial.states.update(judged.aside.select("state", pl.col("rule").fill_null("")).iter_rows())
        trial.findings.update(judged.findings.select("rule", "column", "severity").iter_rows())
    return trial


def _at(rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    return rows.join(places, on=places.columns, how="semi")


def _as_bronze(rows: pl.DataFrame, received: ReceivedFile) -> pl.DataFrame:
    constants = {
        "_entity": received.claim.entity.name,
        "_provenance": received.provenance,
        "_file_sha256": received.file.sha256,
        "_sender": received.claim.sender_code,
    }
    return rows.with_columns(pl.lit(value, dtype=pl.String).alias(name) for name, value in constants.items())
