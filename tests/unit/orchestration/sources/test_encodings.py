"""Which encoding a file is in, told by its bytes; and that each byte becomes the letter that it stands for."""

import pytest
from reading_world import HEADER, NAMES, ROW, data_rows, headerless, old, open_bytes, read, text

from orchestration.sources.landing import FileRejectedError
from vocabulary import iransystem

# https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WindowsBestFit/bestfit1256.txt
CP1256 = {
    0x80: "€", 0x81: "پ", 0x85: "…", 0x8D: "چ", 0x8E: "ژ", 0x90: "گ", 0x98: "ک", 0x9D: "\u200c", 0x9E: "\u200d",
    0xA0: "\u00a0", 0xA1: "،", 0xBF: "؟", 0xC0: "ہ", 0xC1: "ء", 0xC7: "ا", 0xC9: "ة", 0xCD: "ح", 0xD3: "س", 0xD8: "ط",
    0xDD: "ف", 0xDF: "ك", 0xE0: "à", 0xE1: "ل", 0xE3: "م", 0xE6: "و", 0xEC: "ى", 0xED: "ي", 0xF0: "ً", 0xFE: "\u200f",
}  # fmt: skip
PERSIAN = "بیمه‌شدگان اصلی"


def encoded(words: str, encoding: str) -> bytes:
    if encoding == "iransystem":
        return b"\n".join(b";".join(map(iransystem.encode, line.split(";"))) for line in words.split("\n"))
    return (old(words) if encoding == "cp1256" else words).encode(encoding)


def test_each_byte_of_cp1256_is_the_letter_that_the_table_says() -> None:
    row = [*ROW[:12], "".join(CP1256.values())]
    data = old(text(ROW)).encode("cp1256") + b";".join(
        [*(old(cell).encode("cp1256") for cell in row[:12]), bytes(CP1256)]
    )
    received = open_bytes(data)
    assert received.encoding == "cp1256"
    (table,) = [batch for batch in received.batches if "data" in batch["_shape"].to_pylist()]
    assert data_rows(table)[1]["remark"] == row[12]


def test_iran_system_is_told_by_the_header_and_read_in_reading_order() -> None:
    header = [iransystem.encode(cell) for cell in HEADER]
    row = [iransystem.encode(cell) for cell in [*ROW[:12], "کوچه ۱۲ پلاک 5"]]
    received = open_bytes(b"\r\n".join([b";".join(header), b";".join(row)]))
    assert received.encoding == "iransystem"
    (data,) = [row for batch in received.batches for row in data_rows(batch)]
    assert (data["insurance_type"], data["remark"], data["unit_code"]) == ("اجباری", "کوچه ۱۲ پلاک 5", "010101")
    assert data["measure"] == PERSIAN


def test_a_ragged_record_of_iran_system_reads_too() -> None:
    data = encoded(text(ROW, ["شعبه", "۱۲"]), "iransystem")
    (ragged,) = [row["_raw"] for row in read(data).to_pylist() if row["_shape"] == "ragged"]
    assert ragged == "شعبه;۱۲"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1256", "iransystem"])
@pytest.mark.parametrize("lines", [1, 100, 6_000])
def test_under_an_ascii_header_the_first_other_bytes_decide(encoding: str, lines: int) -> None:
    plain = ";".join(["1", "M01", "010101", "", "1399/12", "", "", "", "", "", "", "5", "x" * 1_000]) + "\n"
    data = f"{';'.join(NAMES)}\n{plain * lines}".encode() + encoded(";".join(ROW), encoding)
    received = open_bytes(data)
    assert received.encoding == encoding
    *_, last = (batch for batch in received.batches)
    row = last.to_pylist()[-1]
    assert row["_row_number"] == lines + 2
    assert row["insurance_type"] == (old("اجباری") if encoding == "cp1256" else "اجباری")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256", "iransystem"])
def test_a_file_without_a_header_tells_its_encoding_too(encoding: str) -> None:
    words = "".join(";".join(ROW) + "\n" for _ in range(3))
    received = open_bytes(encoded(words, encoding), headerless())
    assert (received.encoding, received.delimiter, received.new_columns) == (encoding, ";", ())
    rows = [row for batch in received.batches for row in batch.to_pylist()]
    assert [(row["_row_number"], row["_shape"], row["unit_code"]) for row in rows] == [
        (number, "data", "010101") for number in (1, 2, 3)
    ]


@pytest.mark.parametrize("before", [0, 3, 1_000, 30_000])
@pytest.mark.parametrize("bad", [b"\xe3\xd1", b"\xd8", b"\xff"])
def test_utf8_that_ceases_to_be_it_is_told_with_the_record(before: int, bad: bytes) -> None:
    row = ";".join(ROW).encode() + b"\n"
    data = text(*[ROW] * before).encode() + row.replace("مهم".encode(), bad) + row * 2
    with pytest.raises(FileRejectedError, match=f"mixed_encoding: record {before + 2} is not in utf-8"):
        read(data)


def test_a_letter_that_is_cut_at_the_end_of_the_file_is_told() -> None:
    data = text(ROW).encode().rstrip(b"\n")[:-1]
    with pytest.raises(FileRejectedError, match="mixed_encoding: record 2 "):
        read(data)


def test_utf16_that_breaks_later_is_told() -> None:
    data = text(*[ROW] * 2_000).encode("utf-16") + b"\x00\xd8\x00\x41"
    with pytest.raises(FileRejectedError, match="mixed_encoding: record 2002 is not in utf-16"):
        read(data)


@pytest.mark.parametrize("cut", range(1, 4))
def test_letters_over_block_borders_are_whole(cut: int) -> None:
    row = ";".join(ROW).encode() + b"\n"
    head = b"x" * cut + b"\n" + text().encode()
    data = head + row * (2 * (4 << 20) // len(row) + 10)
    table = read(data)
    assert set(table["measure"].drop_null().to_pylist()) == {PERSIAN}
    assert table.num_rows == data.count(b"\n")


@pytest.mark.parametrize("data", [b" \n\t" * 50_000, b"\n" * 5_000_000])
def test_blanks_alone_are_an_empty_file_whatever_its_size(data: bytes) -> None:
    with pytest.raises(FileRejectedError, match="empty_file"):
        read(data)
