"""Iran System: published vectors both ways, joined forms, numbers and Latin words inside Persian text."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocabulary.iransystem import IranSystemError, decode, decode_array, encode
from vocabulary.text import normalise

# Where the vectors come from, all public projects that write or read list disks:
# a: jalaliamirreza/abap-mdf-sso, docs/ENCODING_VERIFIED.md, compared there with an accepted DSKWOR00.DBF
# b: mohsen-d/IranSystemConvertor, UnitTests/ToIranSystemTests.cs (its cp1256 strings as bytes)
# c: movtigroup/Iran-System-encoding, tests/test_mixed_reversal.py and test_encoding.py
PUBLISHED = [
    ("a", "علی", "fc f3 e4"),
    ("a", "محمدحسین", "f6 fe a8 9f a2 f5 9f f5"),
    ("a", "حسن", "f6 a8 9f"),
    ("a", "محمد", "a2 f5 9f f5"),
    ("a", "حسین", "f6 fe a8 9f"),
    ("a", "رضا", "91 ae a4"),
    ("a", "فاطمه", "f9 f5 af 91 ea"),
    ("b", "سرخرود", "a2 f8 a4 a1 a4 a8"),
    ("b", "الحسنه", "f9 f7 a8 9f f3 90"),
    ("b", "صندوق", "eb f8 a2 f7 ac"),
    ("b", "قرض", "ad a4 ec"),
    ("b", "میرزاعلی", "fc f3 e4 90 a5 a4 fe f5"),
    ("b", "-نصیری", "fd a4 fe ac f7 2d"),
    ("b", "123", "31 32 33"),
    ("b", "تست یک 123 تست دو 345", "33 34 35 20 f8 a2 20 96 a8 97 20 31 32 33 20 ed fe 20 96 a8 97"),
    ("b", "کلاف کلاف", "e9 f2 ee 20 e9 f2 ee"),
    ("b", "مناطق 123تهران", "f6 90 a4 fa 97 31 32 33 20 eb af 91 f7 f5"),
]
READ_ONLY = [
    ("a", "احمدی", "fc a2 f5 9f 90"),  # its ی after د is the closing form; others write the free one
    ("c", "سلام", "f4 91 f3 a8"),  # its لا is two bytes; others write one
    ("c", "hi سلام", "f4 91 f3 a8 20 68 69"),
    ("c", "سلام ۱۲۳", "81 82 83 20 f4 91 f3 a8"),
    ("c", "۱۲۳ hi سلام ۴۵۶", "84 85 86 20 f4 91 f3 a8 20 68 69 20 81 82 83"),
]


@pytest.mark.parametrize(("source", "text", "stored"), PUBLISHED + READ_ONLY)
def test_published_vectors_are_read(source: str, text: str, stored: str) -> None:
    assert decode(bytes.fromhex(stored)) == text


@pytest.mark.parametrize(("source", "text", "stored"), PUBLISHED)
def test_published_vectors_are_written(source: str, text: str, stored: str) -> None:
    assert encode(text).hex(" ") == stored


@pytest.mark.parametrize(
    ("text", "read_back"),
    [
        ("أحمد", "احمد"),
        ("مؤسسة", "موسسه"),
        ("على كمالي", "علی کمالی"),
        ("لا", "لا"),
        ("لالا", "لالا"),
        ("کالا", "کالا"),
        ("مسئول", "مسئول"),
        ("قرآن", "قرآن"),
        ("می‌شود", "می‌شود"),
        ("خانه‌ها", "خانه‌ها"),
        ("در‌آمد", "درآمد"),
    ],
)
def test_letters_keep_what_the_code_can_say(text: str, read_back: str) -> None:
    assert decode(encode(text)) == read_back


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("شرکت (سهامی)", "28 fc f5 91 fa a8 29 20 96 ee a4 aa"),
        ("پلاک 12/5", "31 32 2f 35 20 ed f2 95"),
    ],
)
def test_brackets_are_mirrored_and_numbers_are_not(text: str, stored: str) -> None:
    assert encode(text).hex(" ") == stored
    assert decode(bytes.fromhex(stored)) == text


@pytest.mark.parametrize(
    "text", ["تاریخ 1405/06/31 ثبت", "شرکت ABC Trading Co", "مدل A-320 نو", "ABC (IRAN)", "12 34", "۱۲ ۳۴"]
)
def test_what_runs_forwards_stays_so(text: str) -> None:
    assert decode(encode(text)) == text


def test_padding_is_no_part_of_a_value() -> None:
    assert decode(b"  \xff\xfc\xf3\xe4 \x00\x00") == "علی"
    assert decode(b"12  ") == "12"
    assert decode(b"\xff\xff \x00") == ""
    assert decode(b"\xfc\xf3\xe4\xff\xa2\xf5\x9f\xf5") == "محمد\u00a0علی"


def test_a_character_that_the_code_lacks_is_named_by_its_code_point() -> None:
    with pytest.raises(IranSystemError, match=r"U\+1F600"):
        encode("علی 😀")


@given(st.binary())
def test_every_byte_string_has_a_text(data: bytes) -> None:
    assert isinstance(decode(data), str)


@given(st.text(alphabet="ءآئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی ۰۱۲۹0123456789ABCxyz()[]/.-،؟+:"))
def test_reading_undoes_writing(text: str) -> None:
    form = " ".join(text.split())
    assert decode(encode(form)) == form
    assert normalise(decode(encode(text))) == normalise(text)


@given(st.lists(st.none() | st.binary(max_size=12)))
def test_many_values_are_read_as_one_by_one(values: list[bytes | None]) -> None:
    expected = [None if value is None else decode(value) for value in values]
    assert decode_array(pa.array(values, pa.binary())).to_pylist() == expected


def test_fixed_width_ascii_is_trimmed() -> None:
    values = pa.array([b" 12 ", b"ab  ", b"    ", b"a\x00\x00\x00"], pa.binary(4))
    assert decode_array(values).to_pylist() == ["12", "ab", "", "a"]
