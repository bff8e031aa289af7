"""Small files of one object, dropped and opened: shared by the tests of reading."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from lake.contracts.model import Source, load_source
from orchestration.sources.landing import LandingFile
from orchestration.sources.read import ReceivedFile, open_file

MIS = load_source("mis")
_FORM = [column for column in MIS.entities[0].received if not column.optional]
"""The form of before the optional columns, which senders go on sending."""
HEADER, NAMES = [column.label for column in _FORM], [column.name for column in _FORM]
ROW = ["1", "M01", "010101", "شعبه", "1399/12", "اجباری", "مرد", "15-24", "", "", "بیمه‌شدگان اصلی", "1,234", "مهم"]
NAME = "mis_GO-01_139912.csv"


def text(*rows: Sequence[str], header: Sequence[str] = HEADER) -> str:
    """Return a header and rows as text."""
    return "".join(";".join(row) + "\n" for row in (header, *rows))


def old(words: str) -> str:
    """Return text with the letters that cp1256 has."""
    return words.replace("ی", "ي").replace("\u200c", " ")


def drop(folder: Path, data: bytes, name: str = NAME) -> LandingFile:
    """Write a file and list it."""
    path = folder / name
    path.write_bytes(data)
    return LandingFile("mis", path, len(data), hashlib.sha256(data).hexdigest(), name)


def in_memory(data: bytes, name: str = NAME) -> LandingFile:
    """Return a file that lies in memory, as a member of an archive does."""
    digest = hashlib.sha256(data).hexdigest()
    return LandingFile("mis", Path("a.zip"), len(data), digest, name, "0" * 64, lambda: io.BytesIO(data))


def open_bytes(data: bytes, source: Source = MIS, name: str = NAME) -> ReceivedFile:
    """Open bytes as a file."""
    return open_file(source, in_memory(data, name))


def read(data: bytes, source: Source = MIS, name: str = NAME) -> pa.Table:
    """Return all records of a file's bytes."""
    return pa.concat_tables(open_bytes(data, source, name).batches)


def data_rows(table: pa.Table) -> list[dict[str, object]]:
    """Return the rows that hold data."""
    return [row for row in table.to_pylist() if row["_shape"] == "data"]


def places(table: pa.Table) -> dict[int, str]:
    """Return the shape of each record."""
    return dict(zip(table["_row_number"].to_pylist(), table["_shape"].to_pylist(), strict=True))


def headerless(source: Source = MIS) -> Source:
    """Return a source whose files come without a header, columns in the order of the contract."""
    entity = source.entities[0]
    columns = tuple(
        replace(column, position=place)
        for place, column in enumerate((each for each in entity.received if not each.optional), start=1)
    )
    others = tuple(column for column in entity.columns if column.derived or column.optional)
    return replace(source, entities=(replace(entity, has_header=False, columns=columns + others),))
