"""Writing the lists of a branch and month in one of the forms that branches send.

Most send the pair of the list disk, in a folder or an archive; some a pair of delimited files. A dBASE file has no
title row, so that a note beside the pair says `PROVENANCE=synthetic`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa

from lake.contracts.model import Column, Entity, load_source
from orchestration.generator.dbf import LAYOUTS, columns_of, dbf_bytes, fields_of, records
from orchestration.generator.defects import ROW_SHAPE
from orchestration.generator.draws import Draws
from orchestration.generator.extract import Extract
from orchestration.generator.list_defects import Carried
from orchestration.generator.styles import persian
from vocabulary.periods import Period, parse_jalali_date

SOURCE: Final = "contribution_list"
FOLDER, ARCHIVE, DELIMITED = "folder", "archive", "delimited"
NOTE_NAME, NOTE = "PROVENANCE.txt", b"PROVENANCE=synthetic\n"

_FORMS = ((FOLDER, 0.45), (ARCHIVE, 0.35), (DELIMITED, 0.2))
_MEMBERS = ("DSKKAR00.DBF", "DSKWOR00.DBF")
_WORDS = ("lists", "workers")
_NEWLINE = "\r\n"
_SUBJECT = "لیست حق بیمه کارگاه‌ها"


@dataclass(frozen=True)
class Form:
    """How a branch writes its lists; the same every month.

    Attributes:
        kind: `folder`, `archive` or `delimited`.
        layout: Layout of dBASE files.
        has_end: Whether they end in the end-of-file byte.
        is_lower: Whether their names are in lower case.
    """

    kind: str
    layout: str
    has_end: bool
    is_lower: bool

    @property
    def carried(self) -> Carried:
        """What such files can carry."""
        is_text = self.kind == DELIMITED
        return Carried(text=is_text, allowances=is_text or self.layout in ("short", "older"))


def form_of(code: str, seed: int) -> Form:
    """Draw the form of a branch."""
    draws = Draws.of(seed, "list form", code)
    return Form(
        kind=draws.weighted(_FORMS, "kind"),
        layout=draws.choice(LAYOUTS, "layout"),
        has_end=draws.number("end") < 0.6,
        is_lower=draws.number("case") < 0.3,
    )


def with_lines(rows: pl.DataFrame, entity: Entity, forms: Mapping[str, Form]) -> pl.DataFrame:
    """Add the line of each row as its branch writes it, `_line`; branches of one look at once.

    Args:
        rows: Text by contract column, with `code` (the branch) and `_rule` (null for a good row).
        entity: Their contract.
        forms: The form of each branch.
    """
    looks = {code: DELIMITED if form.kind == DELIMITED else form.layout for code, form in forms.items()}
    named = rows["code"].replace_strict(looks, return_dtype=pl.String)
    parts = rows.with_columns(named.alias("_look")).partition_by("_look", as_dict=True)
    told = [
        part.select("code", "^filed_on$", "_rule", _lines(part, entity, str(look)).alias("_line"))
        for (look,), part in parts.items()
    ]
    return pl.concat(told)


def write_lists(
    folder: Path, code: str, period: Period, rows: Sequence[pl.DataFrame], form: Form
) -> tuple[Extract, ...]:
    """Write the lists of a branch and month; each file appears whole or not at all.

    Args:
        folder: The source's landing folder.
        code: The branch.
        period: The month.
        rows: The lists and their workers, each with `_line` and `_rule`.
        form: How to write them.
    """
    stem = f"{code}_{period.year}{period.first_month:02d}"
    pair = tuple(zip(load_source(SOURCE).entities, rows, strict=True))
    good = rows[0].filter(pl.col("_rule").is_null())
    prepared = str(good["filed_on"].max()) if len(good) else ""
    if form.kind == DELIMITED:
        return tuple(
            _write_delimited(folder / f"{SOURCE}_{stem}_{word}.csv", entity, part, prepared)
            for word, (entity, part) in zip(_WORDS, pair, strict=True)
        )
    changed = parse_jalali_date(prepared) if prepared else period.end
    names = [name.lower() if form.is_lower else name for name in _MEMBERS]
    bodies = [
        dbf_bytes(part["_line"], fields_of(form.layout, entity.name), changed=changed, has_end=form.has_end)
        for entity, part in pair
    ]
    contents = {NOTE_NAME: NOTE, **dict(zip(names, bodies, strict=True))}
    if form.kind == FOLDER:
        _write_folder(folder / stem, contents)
    else:
        _write_archive(folder / f"{SOURCE}_{stem}.zip", contents)
    within = f"{stem}/" if form.kind == FOLDER else f"{SOURCE}_{stem}.zip!"
    return tuple(
        _extract(entity, within + name, len(body), part, 0)
        for name, body, (entity, part) in zip(names, bodies, pair, strict=True)
    )


def _lines(rows: pl.DataFrame, entity: Entity, look: str) -> pl.Series:
    if look != DELIMITED:
        return records(rows, columns_of(look, entity))
    cells = [pl.col(column.name).fill_null("") for column in _delimited_columns(entity)]
    whole, cut = (pl.concat_str(part, separator=",") for part in (cells, cells[:-2]))
    ends = pl.concat_str(pl.when(pl.col("_rule") == ROW_SHAPE).then(cut).otherwise(whole), pl.lit(_NEWLINE))
    return rows.select(ends).to_series()


def _delimited_columns(entity: Entity) -> list[Column]:
    carried = {*columns_of("short", entity), "filed_on"}
    return [column for column in entity.received if column.name in carried]


def _write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in contents.items():
        _put(folder / name, body)


def _write_archive(path: Path, contents: Mapping[str, bytes]) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, body in contents.items():
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED, compresslevel=1)
    _put(path, stream.getvalue())


def _put(path: Path, body: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(body)
    part.replace(path)


def _write_delimited(path: Path, entity: Entity, rows: pl.DataFrame, prepared: str) -> Extract:
    """Write a delimited file: three title rows, the header, the records."""
    labels = [persian(column.label)[0] for column in _delimited_columns(entity)]
    head = [_SUBJECT, "PROVENANCE=synthetic", f"تاریخ تهیه: {prepared}", ",".join(labels)]
    body = "".join([*(line + _NEWLINE for line in head), *rows["_line"]]).encode()
    _put(path, body)
    return _extract(entity, path.name, len(body), rows, len(head))


def _extract(entity: Entity, name: str, size: int, rows: pl.DataFrame, head: int) -> Extract:
    """Say what was written, and where the rows lie that break a rule."""
    placed = rows.select(pl.int_range(head + 1, head + pl.len() + 1, dtype=pl.Int64).alias("place"), "_rule")
    broken = placed.filter(pl.col("_rule").is_not_null())
    used = len(rows) - broken.filter(~pl.col("_rule").is_in(sorted(warnings_of(entity)))).height
    places, rules = (
        pa.array(broken[name_].to_list(), kind) for name_, kind in (("place", pa.int64()), ("_rule", pa.large_string()))
    )
    return Extract(entity.source, entity.name, name, size, used, places, rules)


def warnings_of(entity: Entity) -> frozenset[str]:
    """Give the rules of an object that leave a row in use."""
    return frozenset(check.name for check in entity.checks if check.severity == "warning")
