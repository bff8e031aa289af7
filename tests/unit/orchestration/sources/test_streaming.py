"""Text of any size: every record kept under its number, whatever stands at the borders of the blocks it is read in."""

import csv
import io
import random
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pytest
from reading_world import HEADER, MIS, NAME, ROW, headerless, open_bytes, places, read, text

from orchestration.sources.decode import UTF8, TextStream
from orchestration.sources.delimited import read_rows
from orchestration.sources.header import Header
from orchestration.sources.landing import FileNotReadyError, FileRejectedError, LandingFile
from orchestration.sources.read import open_file

MIB = 1 << 20


def records(data: bytes, width: int, block_bytes: int) -> dict[int, tuple[str, ...] | str]:
    """Read records of a width in small blocks: number → cells, or the text of an irregular one."""
    header = Header(0, 0, tuple(f"c{place}" for place in range(width)), ("",) * width, ())
    stream = TextStream(io.BytesIO(data), UTF8, 0)
    found: dict[int, tuple[str, ...] | str] = {}
    for rows in read_rows(stream, header, ",", UTF8, block_bytes=block_bytes):
        cells = zip(*(column.to_pylist() for column in rows.columns), strict=True)
        found |= dict(zip(rows.numbers.to_pylist(), cells, strict=True)) | dict(rows.irregular)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_blocks_of_any_size_give_the_records_of_the_whole(seed: int) -> None:
    rng = random.Random(seed)
    rows: list[list[str]] = []
    ends: list[str] = []
    for _ in range(120):
        width = rng.choice([3, 3, 3, 3, 3, 2, 4])
        cells = ["", "a", "ب", "x" * rng.randrange(20), '"q,q"', '"d""d"', *(['"l\nl"'] if width == 3 else [])]
        rows.append([rng.choice(cells) for _ in range(width)])
        if width == 3 and rng.random() < 0.1:
            rows[-1] = [""]
        ends.append(rng.choice(["\n", "\r\n", "\r"]))
    data = "".join(f"{','.join(row)}{end}" for row, end in zip(rows, ends, strict=True))
    expected: dict[int, tuple[str, ...] | None] = {}
    for number, cells in enumerate(csv.reader(io.StringIO(data, newline="")), start=1):
        expected[number] = tuple(cells or [""] * 3) if len(cells) in (0, 3) else None
    for block_bytes in (200, 211, 500, 1 << 20):
        found = records(data.encode(), 3, block_bytes)
        assert sorted(found) == sorted(expected)
        for number, cells in expected.items():
            assert found[number] == cells if cells else isinstance(found[number], str), number


def test_ragged_records_keep_their_place_over_many_blocks() -> None:
    good, ragged, blank = ";".join(ROW), "short;row", ""
    lines = [good if place % 7 else (ragged if place % 2 else blank) for place in range(80_000)]
    table = read((text() + "\n".join(lines)).encode())
    shapes = {good: "data", ragged: "ragged", blank: "blank"}
    assert table["_row_number"].to_pylist() == list(range(1, 80_002))
    assert table["_shape"].to_pylist() == ["header", *(shapes[line] for line in lines)]


def test_batches_are_bounded_and_hold_every_row_once() -> None:
    line = b"a;b\n"
    source = headerless()
    wide = ";" * (len(HEADER) - 1)
    batches = list(open_bytes((wide + "\n").encode() * 600_000 + line, source).batches)
    assert max(batch.num_rows for batch in batches) <= 250_000
    numbers = chain.from_iterable(batch["_row_number"].to_pylist() for batch in batches)
    assert list(numbers) == list(range(1, 600_002))


class Repeated(io.RawIOBase):
    """A file of a head and the same block over and over, without the memory or the disk that it would take."""

    def __init__(self, head: bytes, block: bytes, times: int) -> None:
        self._head, self._block, self.size = head, block, len(head) + len(block) * times
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = place
        return place

    def read(self, size: int = -1) -> bytes:
        start, size = self._place, min(size, self.size - self._place)
        if start < len(self._head):
            data = self._head[start : start + size]
        else:
            offset = (start - len(self._head)) % len(self._block)
            data = self._block[offset : offset + size]
        self._place += len(data)
        return data


def test_memory_stays_small_however_large_the_file() -> None:
    block = (";".join([*ROW[:12], "x" * 1_000]) + "\n").encode() * 4_000
    times = 300 * MIB // len(block)
    file = Repeated(text().encode(), block, times)
    digest = TextStream(Repeated(text().encode(), block, times), UTF8, 0).file_digest()
    listed = LandingFile("mis", Path("a.zip"), file.size, digest, NAME, "0" * 64, lambda: file)
    before, most, rows = pa.total_allocated_bytes(), 0, 0
    for batch in open_file(MIS, listed).batches:
        rows += batch.num_rows
        most = max(most, pa.total_allocated_bytes() - before)
    assert rows == 1 + 4_000 * times
    assert most < 64 * MIB


@pytest.mark.parametrize("records_before", [1, 40_000])
@pytest.mark.parametrize("records_after", [1, 3, 90_000])
@pytest.mark.parametrize(("column", "end"), [(3, "\n"), (12, "\n"), (12, "\r"), (3, "\r\n")])
def test_an_open_quote_is_told_wherever_it_stands(
    records_before: int, records_after: int, column: int, end: str
) -> None:
    broken = [*ROW[:column], '"open', *ROW[column + 1 :]]
    data = text(*[ROW] * records_before, broken, *[ROW] * records_after).replace("\n", end).encode()
    with pytest.raises(FileRejectedError, match=f"unclosed_quote: a quote in record {records_before + 2} "):
        read(data)


def test_a_long_remark_of_many_lines_is_no_open_quote() -> None:
    remark = "first; line\nsecond line\n" * 40
    table = read(text([*ROW[:12], f'"{remark}"'], ROW).encode())
    assert places(table) == {1: "header", 2: "data", 3: "data"}
    assert table["remark"].to_pylist()[1] == remark


def test_a_file_of_nothing_but_ragged_records_is_turned_away() -> None:
    with pytest.raises(FileRejectedError, match="ragged_file: 50000 records in a row have not 13 cells"):
        read(text(*[["a", "b"]] * 60_000).encode())


def test_a_file_that_grew_since_it_was_listed_waits_even_if_it_would_be_refused() -> None:
    data = text(ROW).encode()
    for later in (data + b"more;\n", data.replace(b"M01", b"M02"), text(header=HEADER[:4]).encode(), b""):
        listed = LandingFile(
            "mis",
            open_bytes(data).file.path,
            len(data),
            open_bytes(data).file.sha256,
            NAME,
            "0",
            lambda later=later: io.BytesIO(later),
        )
        with pytest.raises(FileNotReadyError, match="still being written"):
            for _ in open_file(MIS, listed).batches:
                pass


class Failing(io.BytesIO):
    """A file on a disk that breaks."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > MIB:
            raise OSError(5, "Input/output error")
        return super().read(size)


def test_a_disk_that_breaks_refuses_the_file_and_stops_nothing_else() -> None:
    data = text(*[ROW] * 60_000).encode()
    listed = LandingFile("mis", Path("a.zip"), len(data), "0" * 64, NAME, "0", lambda: Failing(data))
    with pytest.raises(FileRejectedError, match="unreadable: the file cannot be read to its end"):
        for _ in open_file(MIS, listed).batches:
            pass


def test_repeated_headers_and_blank_records_are_told_in_any_block() -> None:
    block = [ROW] * 30_000
    table = read(text(*block, HEADER, [" "] * 13, *block, [""], HEADER).encode())
    odd = {number: shape for number, shape in places(table).items() if shape != "data"}
    assert odd == {1: "header", 30_002: "header", 30_003: "blank", 60_004: "blank", 60_005: "header"}
