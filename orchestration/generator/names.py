"""Names for invented people, workshops and places: common words, put together by number."""

from __future__ import annotations

import polars as pl

from orchestration.generator.draws import Draws

MEN = ("علی", "رضا", "حسین", "مهدی", "امیر", "سعید", "بهرام", "کاوه", "یونس", "آرش", "داود", "پیمان")
WOMEN = ("مریم", "زهرا", "سارا", "لیلا", "نرگس", "شیرین", "پروین", "آزاده", "مهسا", "ژاله", "گلنار", "طاهره")
FAMILIES = (
    "نمونه‌پور",
    "آزمون‌زاده",
    "ساختگی",
    "مثالی",
    "فرضی‌نژاد",
    "نمونه‌ای",
    "آزمایشی",
    "خیالی‌فر",
    "انگاشته",
    "پنداری",
    "الگویان",
    "طرح‌نیا",
)
PLACES = ("تهران", "شیراز", "تبریز", "مشهد", "رشت", "یزد", "اهواز", "کرمان", "سنندج", "قم")
OCCUPATIONS = ("کارگر ساده", "جوشکار", "حسابدار", "راننده", "نگهبان", "مهندس", "فروشنده", "آشپز", "برقکار", "منشی")
WORKSHOPS = ("تولیدی", "فروشگاه", "شرکت", "کارگاه", "رستوران", "چاپخانه", "نانوایی", "تعمیرگاه")


def drawn(words: tuple[str, ...], draws: Draws, key: pl.Expr) -> pl.Expr:
    """Give one of some words for each key."""
    return pl.lit(pl.Series(words)).gather(draws.below(len(words), key))
