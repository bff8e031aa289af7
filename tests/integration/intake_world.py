"""A landing folder of the generator's, taken in: shared by the intake tests."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from lake import bronze, content_hash, slices, tables
from lake.contracts.model import load_source, load_sources, source_ids
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale
from orchestration.ingest import Intake, build_slices, set_aside_unclaimed, take_in

SEED = 20
FIRST, LAST = "1399-11", "1399-12"


def write_extracts(home: Home, *, defects: float, first: str = FIRST, last: str = LAST) -> pl.DataFrame:
    """Fill the landing folder and return what was planted."""
    report = generate(home.landing, scale=Scale.TINY, seed=SEED, first=first, last=last, defects=defects)
    return pl.read_parquet(report.planted_path)


def take_in_all(home: Home, sources: Sequence[str] | None = None) -> dict[str, Intake]:
    """Take in every source, or some, and build their slices."""
    intakes = {}
    for source in [load_source(name) for name in sources or source_ids()]:
        set_aside_unclaimed(home, source, ingest_id="test")
        intakes[source.id] = take_in(home, source, periods=None, ingest_id="test")
        build_slices(home, source, DEVELOPMENT_KEYRING, periods=slices.stale(home, source, DEVELOPMENT_KEYRING))
    return intakes


def row_states(home: Home) -> pl.DataFrame:
    """Return source, object, file name, row, state and rule of every row that silver does not hold, layout left out."""
    return _by_file(home, "row_state", pl.col("state") != "layout")


def warnings(home: Home) -> pl.DataFrame:
    """Return the rows that break a rule and are used all the same, in the form of `row_states`."""
    return _by_file(home, "finding", pl.col("severity") == "warning", pl.lit("finding").alias("state"))


def _by_file(home: Home, table: str, which: pl.Expr, *added: pl.Expr) -> pl.DataFrame:
    frames = []
    landed = [source for source in load_sources() if bronze.registered(home, source.id)]
    for source in landed:
        names = pl.DataFrame(
            [(file.file_sha256, file.file_name) for file in bronze.registered(home, source.id)],
            schema={"_file_sha256": pl.String, "file_name": pl.String},
            orient="row",
        )
        rows = pl.DataFrame(tables.read(home, "silver", f"{source.id}_{table}")).filter(which).with_columns(*added)
        frames.append(
            rows.join(names, on="_file_sha256").select(
                pl.lit(source.id).alias("source"),
                pl.col("entity").alias("object"),
                "file_name",
                pl.col("_row_number").alias("row_number"),
                "state",
                "rule",
            )
        )
    return pl.concat(frames)


def content(home: Home, names: Sequence[str] | None = None) -> dict[str, str]:
    """Return the content hash of every table of bronze, silver and quarantine, or of those named `layer/name`."""
    return {
        f"{layer}/{name}": content_hash.table_hash(home, layer, name)
        for layer in ("bronze", "silver", "quarantine")
        for name in tables.versions(home, layer)
        if names is None or f"{layer}/{name}" in names
    }


def count_records(folder: Path, name: str, encoding: str, delimiter: str) -> int:
    """Count the records of a file, or of a member of an archive, with another reader than the product's."""
    path, _, member = name.partition("!")
    body = zipfile.ZipFile(folder / path).read(member) if member else (folder / path).read_bytes()
    if name.lower().endswith(".dbf"):
        return int.from_bytes(body[4:8], "little")
    text = body.decode(encoding)
    return sum(1 for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def entities_of(source: str) -> list[str]:
    """Return the names of a source's silver tables."""
    return [entity.name for entity in load_source(source).entities]
