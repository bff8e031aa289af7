"""What reading costs at least: DuckDB takes the same bytes as text into Parquet, reads it back, casts, writes again.

No rules, no states, no hashing, no bad rows set aside. DuckDB reads no cp1256, so that such files are given to it as
UTF-8 copies, made beforehand and not counted.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lake.contracts.model import Source, load_source
from orchestration.sources.landing import LandingFile, list_files
from orchestration.sources.read import open_file
from vocabulary.text import fold

_TYPES = {"integer": "bigint", "number": "decimal(20, 3)", "date": "date", "time": "time"}


@dataclass(frozen=True)
class Shape:
    """What the floor is told of delimited files, and ours has to find out."""

    delimiter: str
    header: int
    types: tuple[str, ...]


class Floor:
    """Reads extracts, all files of one shape at once, each pass on its own clock."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        """Open DuckDB in memory."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._connection = duckdb.connect()
        self._connection.execute(f"set threads = {threads}")
        self._connection.execute("set enable_progress_bar = false")
        self.single_pass = 0.0
        self.seconds = 0.0

    def run(self, shape: Shape, paths: Sequence[Path]) -> None:
        """Read some files both times."""
        began = time.perf_counter()
        text, typed = self._folder / "text.parquet", self._folder / "typed.parquet"
        columns = ", ".join(f"'c{place}': 'varchar'" for place in range(len(shape.types)))
        listed = ", ".join(f"'{path}'" for path in paths)
        self._connection.execute(f"""
            copy (
                select * from read_csv(
                    [{listed}], auto_detect = false, header = false, skip = {shape.header}, quote = '"',
                    escape = '"', delim = '{shape.delimiter}', columns = {{{columns}}}, null_padding = true,
                    ignore_errors = true
                )
            ) to '{text}' (format parquet)
        """)
        self.single_pass += time.perf_counter() - began
        casts = ", ".join(f"try_cast(c{place} as {kind}) as c{place}" for place, kind in enumerate(shape.types))
        self._connection.execute(f"copy (select {casts} from '{text}') to '{typed}' (format parquet)")
        self.seconds += time.perf_counter() - began


def extracts(landing: Path, source_id: str, copies: Path) -> dict[Shape, list[Path]]:
    """Return the delimited files of a source by their shape."""
    copies.mkdir(parents=True, exist_ok=True)
    source = load_source(source_id)
    shapes: dict[Shape, list[Path]] = {}
    for number, file in enumerate(list_files(landing, source_id)):
        shape, path = _extract(source, file, copies / f"{number}.csv")
        shapes.setdefault(shape, []).append(path)
    return shapes


def _extract(source: Source, file: LandingFile, copy: Path) -> tuple[Shape, Path]:
    received = open_file(source, file)
    entity = received.claim.entity
    types = {
        fold(header): _TYPES.get(column.logical_type, "varchar")
        for column in entity.received
        for header in column.headers
    }
    head = next(iter(received.batches)).to_pylist()
    header = next(row for row in head if row["_shape"] == "header")
    printed = tuple(types.get(fold(cell), "varchar") for cell in json.loads(header["_raw"]))
    path = file.path
    if received.encoding == "cp1256":
        copy.write_bytes(path.read_bytes().decode("cp1256").encode())
        path = copy
    return Shape(received.delimiter, header["_row_number"], printed), path
