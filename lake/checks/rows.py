"""The rules that judge a row by itself, by the word that a contract's `quality` section uses for them.

A rule takes typed rows (derived columns included) and the check, and gives the rows that break it. Rules over all rows
of a list are in `lake.checks.lists`.
"""

from collections.abc import Callable, Mapping

import polars as pl

from lake.checks.arithmetic import additive, at_least, product, share_of
from lake.checks.breach import Breach
from lake.checks.dates import days_of_month, in_order, within_period
from lake.checks.dimensions import dimensions_by_code
from lake.checks.values import national_id, one_of
from lake.contracts.model import Check

CHECKS: Mapping[str, Callable[[pl.DataFrame, Check], list[Breach]]] = {
    "additive": additive,
    "at_least": at_least,
    "days_of_month": days_of_month,
    "dimensions_by_code": dimensions_by_code,
    "in_order": in_order,
    "national_id": national_id,
    "one_of": one_of,
    "product": product,
    "share_of": share_of,
    "within_period": within_period,
}
