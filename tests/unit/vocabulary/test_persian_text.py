import pytest

from vocabulary.text import TRANSLATION, fold, normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("١٣۹9/٠۱", "1399/01"),
        ("كارگاهي", "کارگاهی"),
        ("على", "علی"),
        ("خانة", "خانه"),
        ("خانۀ", "خانه"),
        ("خانهٔ", "خانه"),
        ("بیمه\u200cشده", "بیمه شده"),
        ("بیمه\u00a0شده", "بیمه شده"),
        ("بیمه¬شده", "بیمه شده"),
        ("بيـــمه", "بیمه"),
        ("مُستَمِرّی", "مستمری"),
        ("\ufeffکد", "کد"),
        ("\u200fکد\u200e", "کد"),
        ("\u202bکد\u202c", "کد"),
        ("  جمع \t\r\n کل ", "جمع کل"),
        ("۱۲٬۳۴۵٫۶٪", "12,345.6%"),
        ("تأمین آب", "تأمین آب"),
        ("Total", "Total"),
        ("", ""),
        (" \u200c\u200f", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مبدأ", "مبدا"),
        ("تأیید", "تایید"),
        ("جزئی", "جزیی"),
        ("مؤنث", "مونث"),
        ("آقا", "اقا"),
        ("MALE", " male "),
        ("كد  واحد", "کد واحد"),
        ("جزء", "جز"),
    ],
)
def test_fold_brings_two_spellings_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_fold_keeps_different_words_apart() -> None:
    assert fold("زن") != fold("مرد")


def test_translation_replaces_one_character_by_at_most_one() -> None:
    assert all(len(key) == 1 and len(value) <= 1 for key, value in TRANSLATION.items())


def test_translation_needs_one_pass() -> None:
    assert not {value for value in TRANSLATION.values() if value and value in TRANSLATION}


def test_translation_knows_every_blank() -> None:
    blanks = {chr(point) for point in range(0x110000) if chr(point).isspace()}
    assert blanks - set(TRANSLATION) == {" "}
