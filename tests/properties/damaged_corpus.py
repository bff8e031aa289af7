"""Files as they should never arrive, built by code, and the small sound ones that they are made from."""

import io
import os
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import polars as pl

from vocabulary.iransystem import decode, encode

INGESTED, PARTLY, REFUSED = "ingested", "partly quarantined", "refused"

HEADER = (
    *("ردیف", "کد گزارش", "کد واحد", "نام واحد", "دوره", "نوع بیمه", "جنسیت", "گروه سنی", "نوع مستمری"),
    *("نوع پرداخت کننده", "عنوان آمار", "مقدار", "توضیحات"),
)
FIELDS = (
    *(("DSW_ID", "C", 10), ("DSW_YY", "N", 2), ("DSW_MM", "N", 2), ("DSW_LISTNO", "C", 12), ("DSW_ID1", "C", 8)),
    *(("DSW_FNAME", "C", 60), ("DSW_LNAME", "C", 60), ("DSW_DNAME", "C", 60), ("DSW_IDNO", "C", 15)),
    *(("DSW_IDPLC", "C", 30), ("DSW_IDATE", "C", 8), ("DSW_BDATE", "C", 8), ("DSW_SEX", "C", 3), ("DSW_NAT", "C", 10)),
    *(("DSW_OCP", "C", 50), ("DSW_SDATE", "C", 8), ("DSW_EDATE", "C", 8), ("DSW_DD", "N", 2), ("DSW_ROOZ", "N", 12)),
    *(("DSW_MAH", "N", 12), ("DSW_MAZ", "N", 12), ("DSW_MASH", "N", 12), ("DSW_TOTL", "N", 12), ("DSW_BIME", "N", 12)),
    *(("DSW_PRATE", "N", 2), ("DSW_JOB", "C", 6), ("PER_NATCOD", "C", 10)),
)
"""Fields of the list disk's worker file: name, kind, width."""
AGES = ("15-24", "25-34", "35-44", "45-54")
MIB = 2**20


def rows(remark: str = "") -> list[tuple[str, ...]]:
    """Return sound rows of the MIS extract."""
    fixed = ("M01", "001001", "شعبه", "1399/12", "اجباری", "مرد")
    return [
        (str(number), *fixed, age, "", "", "بیمه‌شدگان اصلی", "1,234", remark)
        for number, age in enumerate(AGES, start=1)
    ]


def csv_bytes(body: list[tuple[str, ...]] | None = None) -> bytes:
    """Return a sound CSV file, or one of the given rows."""
    lines = [HEADER, *(rows() if body is None else body)]
    return "\r\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in line) for line in lines).encode()


def xlsx_bytes(body: list[tuple[str, ...]] | None = None) -> bytes:
    """Return a sound workbook."""
    book = openpyxl.Workbook()
    for line in [HEADER, *(rows() if body is None else body)]:
        book.worksheets[0].append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cells(number: int) -> list[bytes]:
    pay = {name: b"0" for name, kind, _ in FIELDS if kind == "N"}
    who = {"DSW_ID": b"0101010101", "DSW_LISTNO": b"1", "DSW_ID1": b"%08d" % number, "PER_NATCOD": b"0012345679"}
    texts = {"DSW_FNAME": "علی", "DSW_LNAME": "کریمی", "DSW_SEX": "مرد", "DSW_NAT": "ایرانی"}
    known = {**pay, **who, "DSW_YY": b" 0", "DSW_MM": b" 1", "DSW_DD": b"31", "DSW_JOB": b"000001"}
    known |= {name: encode(text) for name, text in texts.items()}
    return [known.get(name, b"") for name, _, _ in FIELDS]


def parquet_bytes() -> bytes:
    """Return a sound Parquet file of workers."""
    buffer = io.BytesIO()
    lines = [[decode(cell) for cell in _cells(number)] for number in range(9)]
    pl.DataFrame(lines, schema=[name for name, _, _ in FIELDS], orient="row").write_parquet(buffer)
    return buffer.getvalue()


def workers_csv() -> bytes:
    """Return a sound text of workers."""
    lines = [[decode(cell) for cell in _cells(number)] for number in range(11)]
    return "\n".join(",".join(line) for line in [[name for name, _, _ in FIELDS], *lines]).encode()


def dbf_bytes(workers: int = 3) -> bytes:
    """Return a sound worker file of the list disk."""
    widths = [width for *_, width in FIELDS]
    described = b"".join(
        struct.pack("<11sc4xB15x", name.encode(), kind.encode(), width) for name, kind, width in FIELDS
    )
    start = struct.pack("<4BLHH17xB2x", 3, 121, 5, 1, workers, 33 + len(described), 1 + sum(widths), 0x7E)
    records = [
        b" " + b"".join(cell.ljust(width) for cell, width in zip(_cells(number), widths, strict=True))
        for number in range(workers)
    ]
    return b"".join([start, described, b"\r", *records, b"\x1a"])


def zip_bytes(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


SOUND: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "csv": ("mis", "mis_GO-01_139912{}.csv", csv_bytes),
    "cp1256": ("mis", "mis_GO-01_139912{}.csv", lambda: csv_bytes().decode().translate(_ARABIC).encode("cp1256")),
    "xlsx": ("mis", "mis_GO-01_139912{}.xlsx", xlsx_bytes),
    "parquet": ("contribution_list", "GO-01_140001_workers{}.parquet", parquet_bytes),
    "dbf": ("contribution_list", "GO-01_140001{}/DSKWOR00.DBF", dbf_bytes),
    "zip": ("contribution_list", "GO-01_140001{}.zip", lambda: zip_bytes({"DSKWOR00.DBF": dbf_bytes(7)})),
}
"""Sound files by kind: source, name with a place for a word, bytes."""
_ARABIC = str.maketrans({"ی": "ي", "\u200c": " "})


@dataclass(frozen=True)
class Damaged:
    """One damaged file.

    Attributes:
        name: What is wrong with it.
        source: Source whose folder it is dropped in.
        path: Its name there.
        write: Writes it.
        ends: What must become of it: INGESTED, PARTLY, or REFUSED and the rule; several where readers may differ.
    """

    name: str
    source: str
    path: str
    write: Callable[[Path], object]
    ends: tuple[str, ...]


def _file(kind: str, name: str, data: bytes | Callable[[Path], object], *ends: str) -> Damaged:
    source, pattern, _ = SOUND[kind]
    word = "_" + "".join(part.capitalize() for part in name.split())
    write = (lambda path: path.write_bytes(data)) if isinstance(data, bytes) else data
    return Damaged(name, source, pattern.format(word), write, ends)


def _refused(*rules: str) -> tuple[str, ...]:
    return tuple(f"{REFUSED}: {rule}" for rule in rules)


def small() -> Iterator[Damaged]:
    """Give the damaged files that cost little."""
    for kind, (_, _, make) in SOUND.items():
        yield _file(kind, f"sound {kind}", make(), INGESTED, PARTLY)
    yield from _damaged_texts()
    yield from _damaged_workbooks()
    yield from _damaged_tables()
    yield from _damaged_archives()


def _damaged_texts() -> Iterator[Damaged]:
    formulas = [(*row[:-1], f"={'cmd'}|' /C calc'!A0") for row in rows()]
    zeros = csv_bytes().replace(b"1,234", b"1\x00234")
    broken = csv_bytes().replace("شعبه".encode(), b"\xd8\xd8\xff")
    yield _file("csv", "formulas as text", csv_bytes(formulas), INGESTED)
    yield _file("csv", "zero bytes", zeros, *_refused("unknown_encoding"))
    yield _file("csv", "nothing but zeros", bytes(MIB), *_refused("unknown_encoding", "empty_file"))
    yield _file("csv", "nothing", b"", *_refused("empty_file"))
    yield _file("csv", "blanks", b" \r\n" * 1000, *_refused("empty_file"))
    yield _file("csv", "wrong utf8", broken, PARTLY, INGESTED, *_refused("mixed_encoding"))
    yield _file("csv", "half utf16", b"\xff\xfe" + csv_bytes(), *_refused("unknown_encoding"))
    yield _file("csv", "open quote", csv_bytes() + b'\r\n5,"' + b"x\r\n" * 500, *_refused("unclosed_quote"))
    yield _file("csv", "one long line", csv_bytes() + b"\r\n" + b"x" * MIB, INGESTED)
    yield _file("csv", "many columns", b",".join([b"a"] * 100_000), *_refused("no_header"))
    yield _file("csv", "deep nesting", b"[" * 200_000 + b"]" * 200_000, *_refused("no_header", "unknown_encoding"))
    yield _file("csv", "a program", b"\x7fELF" + random.Random(1).randbytes(5000), *_refused("unknown_encoding"))
    yield Damaged("name that is none", "mis", "x.csv", _writer(csv_bytes(rows("x"))), _refused("file_name"))


def _writer(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _damaged_workbooks() -> Iterator[Damaged]:
    sound = xlsx_bytes()
    entities = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))]
    laughs = f'<?xml version="1.0"?><!DOCTYPE x [{"".join(entities)}]><sst><si><t>&a9;</t></si></sst>'.encode()
    nested = b"<worksheet>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</worksheet>"
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    far += b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    sheet, strings = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
    yield _file("xlsx", "billion laughs", replaced(sound, strings, laughs), *_refused("broken_workbook"))
    yield _file("xlsx", "laughing sheet", replaced(sound, sheet, laughs), *_refused("broken_workbook"))
    yield _file(
        "xlsx", "nested sheet", replaced(sound, sheet, nested), *_refused("broken_workbook", "empty_file", "no_header")
    )
    yield _file("xlsx", "far cell", replaced(sound, sheet, far), *_refused("too_large", "no_header"))
    yield _file(
        "xlsx", "large part", replaced(sound, sheet, bytes(30 * MIB)), *_refused("broken_workbook", "too_large")
    )
    yield _file("xlsx", "cut workbook", sound[: len(sound) // 2], *_refused("broken_workbook"))
    yield _file("xlsx", "text named workbook", csv_bytes(), *_refused("broken_workbook"), INGESTED)
    formulas = [(*row[:-1], "=1+1") for row in rows()]
    yield _file("xlsx", "formulas", xlsx_bytes(formulas), INGESTED)


def replaced(archive: bytes, name: str, data: bytes) -> bytes:
    """Return an archive with one member's content replaced."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        members = {info.filename: opened.read(info) for info in opened.infolist()}
    return zip_bytes({**members, name: data})


def _damaged_tables() -> Iterator[Damaged]:
    sound = dbf_bytes(5)
    first = 32 + 16  # where the length of the first field stands
    yield _file("dbf", "count too high", patched(dbf_bytes(4), 4, b"\xff\xff\xff\x7f"), INGESTED, PARTLY)
    yield _file("dbf", "no count", patched(sound, 4, bytes(4)), INGESTED, PARTLY)
    yield _file("dbf", "cut in a record", sound[:-50], *_refused("dbf_length"))
    yield _file("dbf", "cut between records", sound[: -2 - sum(width for *_, width in FIELDS)], *_refused("dbf_length"))
    yield _file("dbf", "field length lies", patched(sound, first, b"\xff"), *_refused("dbf_header"))
    yield _file("dbf", "no record length", patched(sound, 10, bytes(2)), *_refused("dbf_header"))
    yield _file("dbf", "endless header", patched(sound, 8, b"\xff\xff"), *_refused("dbf_header"))
    yield _file("dbf", "no end of header", sound.replace(b"\r", b"\x20"), *_refused("dbf_header"))
    yield _file("dbf", "a memo", patched(sound, 32 + 11, b"M"), *_refused("dbf_field"))
    yield Damaged(
        "text named table",
        "contribution_list",
        "GO-01_140001_Text/DSKWOR00.DBF",
        _writer(workers_csv()),
        (INGESTED, PARTLY),
    )
    yield _file("dbf", "header only", sound[:31], *_refused("dbf_header", "unknown_encoding", "no_header"))
    parquet = parquet_bytes()
    yield _file("parquet", "cut parquet", parquet[:-20], *_refused("broken_parquet", "unreadable"))
    yield _file("parquet", "parquet without end", parquet[:4], *_refused("broken_parquet", "unreadable"))
    long_footer = parquet[:-8] + struct.pack("<L", 2**31 - 1) + b"PAR1"
    yield _file("parquet", "footer too long", long_footer, *_refused("broken_parquet", "unreadable"))


def patched(data: bytes, place: int, value: bytes) -> bytes:
    """Return bytes with some of them overwritten."""
    return data[:place] + value + data[place + len(value) :]


def _damaged_archives() -> Iterator[Damaged]:
    one = {"DSKWOR00.DBF": dbf_bytes(6)}
    flat = zip_bytes({"DSKWOR00.DBF": bytes(24 * MIB)})
    yield _file("zip", "flat bomb", flat, *_refused("zip_bomb"))
    yield _file("zip", "nested bomb", zip_bytes({"a.zip": flat}), *_refused("nested_archive"))
    yield _file("zip", "path out", zip_bytes({**one, "../../etc/passwd": b"x"}), *_refused("unsafe_path"))
    yield _file("zip", "absolute path", zip_bytes({**one, "/etc/passwd": b"x"}), *_refused("unsafe_path"))
    yield _file("zip", "cut archive", zip_bytes(one)[:-30], *_refused("broken_archive"))
    lying = bytearray(zip_bytes(one))
    struct.pack_into("<L", lying, lying.index(b"PK\x01\x02") + 24, 2**32 - 2)
    yield _file("zip", "size lies", bytes(lying), *_refused("zip_bomb"))
    yield _file("zip", "many members", zip_bytes({f"{n}/": b"" for n in range(20_000)}), *_refused("empty_file"))


def large() -> Iterator[Damaged]:
    """Give the damaged files that take a large machine's patience."""
    yield _file("csv", "ten sparse gigabytes", lambda path: sparse(path, 10 * 2**30), *_refused("too_large"))
    yield _file(
        "csv", "sparse zeros", lambda path: sparse(path, 2 * 2**30), *_refused("unknown_encoding", "empty_file")
    )
    yield _file("csv", "a line of 200 MB", lambda path: long_line(path, 200), *_refused("unclosed_quote"))
    yield _file("csv", "an open quote of 200 MB", open_quote, *_refused("unclosed_quote"))
    yield _file("dbf", "a sparse table", sparse_table, *_refused("dbf_records"))


def sparse(path: Path, size: int) -> None:
    """Write a file of nothing."""
    path.touch()
    os.truncate(path, size)


def sparse_table(path: Path) -> None:
    """Write a table whose records are zeros."""
    sound = dbf_bytes(1)
    (width,) = struct.unpack_from("<H", sound, 10)
    path.write_bytes(sound[:-1])
    os.truncate(path, len(sound) - 1 + 2**30 // width * width)


def long_line(path: Path, mib: int) -> None:
    """Write a sound file with one line without end."""
    with path.open("wb") as file:
        file.write(csv_bytes() + b"\r\n")
        for _ in range(mib):
            file.write(b"x" * MIB)


def open_quote(path: Path) -> None:
    """Write a sound file with a quote that is never closed."""
    with path.open("wb") as file:
        file.write(csv_bytes() + b'\r\n5,"')
        for _ in range(200):
            file.write(b"x\r\n" * (MIB // 3))
