"""Reading a landing folder: delimited text in the encodings that senders use, and dBASE files, loose or in archives.

Each row carries its file, its record number, who sent the file, for which month and when it was prepared, and what the
list of planted rows says of it. Cells are as printed; `oracle_words` reads them.
"""

import csv
import datetime as dt
import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from oracle_headings import HEADINGS, OBJECTS, TOTALS
from oracle_words import fold, month_code, read_day

_NAME = re.compile(r"(?:[a-z_]+_)?(?P<sender>[A-Z0-9-]+)_(?P<period>\d{6})")
_PREPARED = re.compile(f"{fold('تاریخ تهیه')}:(.*)")


@dataclass(frozen=True)
class Printed:
    """A file as its bytes say: the cells of each record, under the names of their columns."""

    object: str
    name: str
    sha256: str
    sender: str
    month: str
    prepared: dt.date | None
    records: Mapping[int, dict[str, str]]


def read_landing(landing: Path, planted: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Read every object of a landing folder; the tables hold all rows received, and `_state` says which are bad."""
    rows: dict[str, list[dict[str, str | int | dt.date | None]]] = {name: [] for name in HEADINGS}
    for file in _files(landing):
        told = {
            "_file": file.name,
            "_sha256": file.sha256,
            "_sender": file.sender,
            "_month": file.month,
            "_prepared": file.prepared,
        }
        rows[file.object].extend({**told, "_row": number, **cells} for number, cells in file.records.items())
    marks = planted.select(
        "object",
        pl.col("file_name").alias("_file"),
        pl.col("row_number").alias("_row"),
        pl.col("state").alias("_state"),
    )
    return {
        name: _table(name, found).join(
            marks.filter(object=name).drop("object"), on=["_file", "_row"], how="left", validate="1:1"
        )
        for name, found in rows.items()
    }


def _table(name: str, rows: Sequence[dict[str, str | int | dt.date | None]]) -> pl.DataFrame:
    texts = dict.fromkeys(HEADINGS[name], pl.String())
    told = dict.fromkeys(("_file", "_sha256", "_sender", "_month"), pl.String())
    return pl.DataFrame(rows, schema={**told, "_prepared": pl.Date(), "_row": pl.Int64(), **texts})


def _files(landing: Path) -> Iterator[Printed]:
    for path in sorted(landing.rglob("*")):
        source = path.relative_to(landing).parts[0]
        name = path.relative_to(landing / source)
        if source not in {read.split(" ")[0] for read in OBJECTS} or not path.is_file():
            continue
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield from _dbase(f"{name}!{member}", archive.read(member))
        elif path.suffix == ".csv" and object_of(source, str(name)):
            yield _delimited(source, str(name), path.read_bytes())
        elif path.suffix.lower() == ".dbf":
            yield from _dbase(str(name), path.read_bytes())


def _claimed(name: str) -> tuple[str, str]:
    match = _NAME.match(name)
    assert match, name
    return match["sender"], month_code(int(match["period"][:4]), int(match["period"][4:]))


@dataclass(frozen=True)
class Sheet:
    """A delimited text: its object, its records, where the header stands and what it calls the columns."""

    object: str
    records: list[list[str]]
    head: int
    columns: list[str | None]

    def is_data(self, number: int) -> bool:
        """Tell whether a record, numbered from 1, is one of data: no title, blank line or total."""
        cells = self.records[number - 1]
        return number > self.head + 1 and any(cells) and not TOTALS & {fold(cell) for cell in cells}


def object_of(source: str, name: str) -> str | None:
    """Give the object that a file holds, by the words in its name; none where the oracle reads nothing of it."""
    named = [word for word in re.split("[_.]", name.removeprefix(source)) if word.isalpha() and word.islower()]
    return OBJECTS.get(" ".join([source, *named[:-1]]))


def read_sheet(source: str, name: str, body: bytes) -> Sheet:
    """Decode a delimited text and find its header by the headings of its object."""
    entity = object_of(source, name)
    assert entity, name
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1256")
    known = {fold(word): column for column, words in HEADINGS[entity].items() for word in words}
    head, delimiter = max(
        (sum(fold(cell) in known for cell in cells), place, delimiter)
        for delimiter in ",;\t"
        for place, cells in enumerate(csv.reader(text.splitlines()[:10], delimiter=delimiter))
    )[1:]
    records = list(csv.reader(text.splitlines(), delimiter=delimiter))
    columns = [known.get(fold(cell)) for cell in records[head]]
    assert set(columns) >= set(HEADINGS[entity]), f"{name}: a column has a heading that is not known"
    return Sheet(entity, records, head, columns)


def _delimited(source: str, name: str, body: bytes) -> Printed:
    sender, month = _claimed(name)
    sheet = read_sheet(source, name, body)
    titles = [fold(cells[0]) for cells in sheet.records[: sheet.head] if cells]
    told = [match for title in titles if (match := _PREPARED.match(title))]
    return Printed(
        object=sheet.object,
        name=name,
        sha256=hashlib.sha256(body).hexdigest(),
        sender=sender,
        month=month,
        prepared=read_day(told[0][1]) if told else None,
        records={
            number: {column: cell for column, cell in zip(sheet.columns, cells, strict=False) if column}
            for number, cells in enumerate(sheet.records, start=1)
            if sheet.is_data(number)
        },
    )


def _dbase(name: str, body: bytes) -> Iterator[Printed]:
    entities = {"dskkar": "contribution_list", "dskwor": "contribution_list_worker"}
    entity = entities.get(re.split(r"[/!]", name)[-1].lower()[:6])
    if entity is None:
        return
    sender, month = _claimed(name)
    many, start, width = (int.from_bytes(body[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    fields = [body[at : at + 32] for at in range(32, start - 1, 32)]
    spans, at = {}, 1
    for field in fields:
        label = field[:11].split(b"\0")[0].decode("ascii")
        spans[label] = (at, at + field[16])
        at += field[16]
    known = {word: column for column, words in HEADINGS[entity].items() for word in words if word in spans}
    lines = (body[start + n * width : start + (n + 1) * width] for n in range(many))
    records = {
        number: {column: line[slice(*spans[word])].decode("latin-1").strip() for word, column in known.items()}
        for number, line in enumerate(lines, start=1)
    }
    yield Printed(entity, name, hashlib.sha256(body).hexdigest(), sender, month, None, records)
