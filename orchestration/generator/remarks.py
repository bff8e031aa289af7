"""Free text that senders add to rows, some of it with identifiers of (invented) persons in it.

Senders do write such things; what reads the files must not let them out. Every identifier that is written is handed
back, so that a test can look for it where it must not be.
"""

from __future__ import annotations

import polars as pl

from orchestration.generator.draws import Draws
from orchestration.generator.people import REMARK_PREFIX, insurance_number, national_code

_GIVEN = ("مهرداد", "شهرزاد", "بهرام", "پروانه", "آرش", "سودابه", "فرهاد", "نسترن", "هرمز", "گلناز")
_FAMILY = ("سروآزاد", "پندارپور", "گمانزاده", "فرضدوست", "نامورنما", "رازمند", "آزمونزاده", "نمونهدار")
_NAMES = pl.Series([f"{given} {family}" for given in _GIVEN for family in _FAMILY])
_CODE, _INSURANCE, _NAME, _PLAIN = 0.012, 0.020, 0.028, 0.045
"""Upper ends of the shares of rows with a national code, an insurance number, a name, nothing personal."""


def with_remarks(frame: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Add `remark` (text, mostly empty) and `_secret` (the identifier in it, null where there is none).

    The words hold no yeh, kaf or digit, so that every style writes them alike.

    Args:
        frame: Rows, with `_place`: a number of each that no other row of the month has.
        draws: Draws of the object and month.
    """
    place, spot = pl.col("_place"), pl.col("_spot")
    spotted = frame.select(place, draws.named("remark").unit(place).alias("_spot"))
    marked = spotted.filter(spot < _PLAIN).with_columns(
        draws.named("code").below(10**6, place).alias("person"),
        draws.named("insurance").below(10**7, place).alias("insured"),
        pl.lit(_NAMES).gather(draws.named("name").below(len(_NAMES), place)).alias("name"),
    )
    code, insurance = national_code(pl.col("person"), REMARK_PREFIX), insurance_number(pl.col("insured"))
    secret = pl.when(spot < _CODE).then(code).when(spot < _INSURANCE).then(insurance).when(spot < _NAME).then("name")
    before = pl.when(spot < _CODE).then(pl.lit("شماره ")).when(spot < _INSURANCE).then(pl.lit("سابقه "))
    text = pl.concat_str(before.otherwise(pl.lit("به اعلام ")), pl.col("_secret"), pl.lit(" ملاحظه شد"))
    marked = marked.with_columns(secret.alias("_secret")).select(
        "_place", "_secret", pl.coalesce(text, pl.lit("اصلاح شد")).alias("remark")
    )
    added = frame.join(marked, on="_place", how="left", maintain_order="left")
    return added.with_columns(pl.col("remark").fill_null(""))
